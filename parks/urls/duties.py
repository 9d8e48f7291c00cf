from django.urls import path

from parks.views import cultivation, honours, sponsorships

app_name = "duties"
urlpatterns = [
    path("honours/", honours.honour_list, name="honours"),
    path("honours/new/", honours.honour_award, name="honour-award"),
    path("honours/<int:pk>/correct/", honours.honour_correct, name="honour-correct"),
    path("honours/<int:pk>/revoke/", honours.honour_revoke, name="honour-revoke"),
    path("cultivation/", cultivation.cultivation_list, name="cultivations"),
    path("cultivation/new/", cultivation.cultivation_begin, name="cultivation-begin"),
    path("cultivation/<int:pk>/", cultivation.cultivation_detail, name="cultivation"),
    path("cultivation/<int:pk>/edit/", cultivation.cultivation_edit, name="cultivation-edit"),
    path("cultivation/<int:pk>/<slug:target>/", cultivation.cultivation_move, name="cultivation-move"),
    path("sponsorships/", sponsorships.duty_list, name="sponsorships"),
    path("sponsorships/<str:code>/", sponsorships.duty_change, name="sponsor"),
]
