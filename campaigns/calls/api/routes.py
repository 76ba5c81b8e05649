from rest_framework.routers import SimpleRouter

from campaigns.calls.api.calls import CallViewSet
from campaigns.calls.api.views import ApplicationViewSet, MatchRuleViewSet, ProgrammeViewSet

router = SimpleRouter()
router.register("programmes", ProgrammeViewSet, basename="api_programme")
router.register("calls", CallViewSet, basename="api_call")
router.register("match-rules", MatchRuleViewSet, basename="api_match_rule")
router.register("applications", ApplicationViewSet, basename="api_application")
