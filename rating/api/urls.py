from rest_framework.routers import SimpleRouter

from rating.api.views import AssessmentViewSet

router = SimpleRouter()
router.register("assessments", AssessmentViewSet, basename="assessments")

urlpatterns = router.urls
