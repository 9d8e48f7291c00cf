from django.apps import AppConfig

from guandu.accounts.duty_units import duty_bearing_units
from guandu.accounts.roles import ScopeKind
from guandu.accounts.scopes import register_scope
from parks.wording import register_words


class ParksConfig(AppConfig):
    name = "parks"
    verbose_name = "园区与企业"

    def ready(self) -> None:
        from parks import pages, tasks_calendar  # noqa: F401  # reason: register themselves, need models
        from parks.models import Chain, Park  # reason: needs models
        from parks.queries.duties import bearing_duties  # reason: needs models

        register_words()
        register_scope(ScopeKind.CHAIN, Chain.objects.all)
        register_scope(ScopeKind.PARK, Park.objects.all)
        duty_bearing_units(bearing_duties)
