from rest_framework.routers import SimpleRouter

from parks.api.views import ParkViewSet

router = SimpleRouter()
router.register("parks", ParkViewSet, basename="parks")

urlpatterns = router.urls
