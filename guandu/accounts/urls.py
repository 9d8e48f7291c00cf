from django.urls import path

from guandu.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/demo/", views.demo_sign_in, name="demo-sign-in"),
    path("password/", views.password, name="password"),
    path("sign-out/", views.sign_out, name="sign-out"),
]
