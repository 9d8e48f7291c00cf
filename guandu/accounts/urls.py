from django.urls import path

from guandu.accounts import views, views_security

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/demo/", views.demo_sign_in, name="demo-sign-in"),
    path("password/", views.password, name="password"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("security/", views_security.security, name="security"),
    path("security/end-others/", views_security.end_other_sessions, name="end-other-sessions"),
    path("policy/", views_security.policy, name="policy"),
    path("protection/", views_security.protection, name="protection"),
    path("protection/<str:username>/unlock/", views_security.unlock, name="unlock"),
    path("protection/<str:username>/reset-factor/", views_security.reset_factor, name="reset-factor"),
]
