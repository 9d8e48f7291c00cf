from rest_framework.routers import SimpleRouter

from parks.api.views import EnterpriseViewSet, ParkViewSet

router = SimpleRouter()
router.register("parks", ParkViewSet, basename="parks")
router.register("enterprises", EnterpriseViewSet, basename="enterprises")

urlpatterns = router.urls
