from django.apps import AppConfig

from guandu.accounts.duty_units import duty_bearing_units
from guandu.accounts.handover import register_open_work
from guandu.accounts.roles import ScopeKind
from guandu.accounts.scopes import register_scope
from parks.wording import register_words


class ParksConfig(AppConfig):
    name = "parks"
    verbose_name = "园区与企业"

    def ready(self) -> None:
        from guandu.exchange.registers import import_permissions, register_table  # reason: needs models
        from guandu.files.owners import (  # reason: beside the kinds, which need models
            OwnerKind,
            register_owner,
        )
        from guandu.web.registry import NavigationEntry, add_navigation  # reason: needs models
        from parks import (  # noqa: F401  # reason: register themselves, need models
            pages,
            pages_changes,
            pages_enterprises,
            pages_requests,
            panels,
            panels_changes,
            panels_requests,
            tasks,
            tasks_calendar,
            tasks_requests,
            todos,
            todos_changes,
            todos_requests,
        )
        from parks.actions.requests import ON_STEP, refuse_file  # reason: needs models
        from parks.exchange.declared import TABLES  # reason: needs models
        from parks.models import (  # reason: needs models
            Chain,
            Park,
            RequestStep,  # reason: needs models
        )
        from parks.queries import quality  # noqa: F401  # reason: registers its checks, needs models
        from parks.queries.duties import bearing_duties  # reason: needs models

        register_words()
        register_owner(OwnerKind(ON_STEP, "诉求办理", RequestStep.objects.visible_to, refuse_file))
        register_open_work("变更申请", todos_changes.open_items)
        register_open_work("企业诉求", todos_requests.open_items)
        register_scope(ScopeKind.CHAIN, Chain.objects.all)
        register_scope(ScopeKind.PARK, Park.objects.all)
        duty_bearing_units(bearing_duties)
        for table in TABLES:
            register_table(table)
        add_navigation(
            NavigationEntry("日常工作", "导入登记内容", "register:imports", "inbox", import_permissions(), 25)
        )
