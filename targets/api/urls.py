from rest_framework.routers import SimpleRouter

from targets.api.publications import PublicationViewSet
from targets.api.views import FigureViewSet, IndicatorViewSet, ReturnViewSet, TargetViewSet

router = SimpleRouter()
router.register("indicators", IndicatorViewSet, basename="indicators")
router.register("figures", FigureViewSet, basename="figures")
router.register("publications", PublicationViewSet, basename="publications")
router.register("targets", TargetViewSet, basename="targets")
router.register("returns", ReturnViewSet, basename="returns")

urlpatterns = router.urls
