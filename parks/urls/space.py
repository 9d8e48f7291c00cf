from django.urls import path

from parks.views import space, tenants

app_name = "space"
urlpatterns = [
    path("spaces/", space.free_list, name="free"),
    path("spaces/<str:code>/", space.space_detail, name="detail"),
    path("spaces/<str:code>/edit/", space.space_edit, name="edit"),
    path("buildings/<str:code>/edit/", space.building_edit, name="building-edit"),
    path("buildings/<str:code>/spaces/new/", space.space_create, name="create"),
    path("parks/<str:code>/space/", space.space_list, name="list"),
    path("parks/<str:code>/space/buildings/new/", space.building_create, name="building-create"),
    path("parks/<str:code>/firms/", tenants.firm_list, name="firms"),
    path("parks/<str:code>/firms/enter/", tenants.firm_enter, name="enter"),
    path("tenancies/claimed-twice/", tenants.twice_list, name="twice"),
    path("tenancies/<int:pk>/leave/", tenants.firm_leave, name="leave"),
    path("tenancies/<int:pk>/correct/", tenants.firm_correct, name="correct"),
    path("tenancies/<int:pk>/strike/", tenants.firm_strike, name="strike"),
    path("tenancies/<int:pk>/take/", tenants.space_take, name="take"),
    path("occupancies/<int:pk>/release/", tenants.space_release, name="release"),
]
