from django.apps import AppConfig

from guandu.accounts.handover import register_open_work
from guandu.accounts.permissions import Permission
from guandu.core.triggers import keep_through_migrations
from targets.triggers import GUARDS
from targets.triggers_dictionary import DICTIONARY_GUARDS
from targets.triggers_evidence import GUARDS as EVIDENCE_GUARDS
from targets.triggers_history import GUARDS as HISTORY_GUARDS
from targets.triggers_matches import MATCH_GUARDS
from targets.triggers_meetings import GUARDS as MEETING_GUARDS
from targets.triggers_publication import GUARDS as PUBLICATION_GUARDS


class TargetsConfig(AppConfig):
    name = "targets"
    verbose_name = "指标与目标"

    def ready(self) -> None:
        from guandu.files.owners import register_owner  # reason: beside the kinds, which need models
        from guandu.web.registry import NavigationEntry, add_navigation  # reason: needs models
        from parks.merging import Follower, follow_park_mergers  # reason: registers below, needs models
        from targets import (  # noqa: F401  # reason: register themselves, need models
            pages,
            panels,
            tasks,
            tasks_calendar,
            tasks_history,
            tasks_work,
            tasks_workbooks,
            tiles,
            todos,
            todos_dispatch,
            todos_documents,
            todos_lights,
            todos_meetings,
            todos_plan,
            todos_tasks,
        )
        from targets.actions.accomplishments import ACCOMPLISHMENT_KIND  # reason: needs models
        from targets.actions.attached import (  # reason: needs models
            BATCH_KIND,
            EVIDENCE_KIND,
            PAPER_KIND,
            ROSTER_KIND,
            WORKBOOK_KIND,
        )
        from targets.actions.dispatch_files import ANSWER_KIND, TABLE_KIND  # reason: needs models
        from targets.actions.documents import DOCUMENT_KIND  # reason: needs models
        from targets.actions.history import HISTORY_KIND  # reason: needs models
        from targets.actions.layouts import LAYOUT_KIND  # reason: needs models
        from targets.actions.mergers import withdraw_drafts  # reason: needs models
        from targets.actions.task_asking import CLOSING_KIND  # reason: needs models
        from targets.queries import (  # noqa: F401  # reason: register themselves
            mergers,
            milestones,
            quality,
            reds,
            register_facts,
            series,
            service_facts,
        )
        from targets.queries.open_work import (  # reason: needs models
            documents_open,
            lights_open,
            proposals_open,
            returns_open,
            tasks_open,
        )

        register_open_work("数据报送", returns_open)
        register_open_work("滞后提示", lights_open)
        register_open_work("工作任务", tasks_open)
        register_open_work("提报议题", proposals_open)
        register_open_work("公文", documents_open)
        follow_park_mergers(Follower(mergers.obstacles, mergers.effects, withdraw_drafts))
        keep_through_migrations(self, "0002_locked_lines", GUARDS)
        keep_through_migrations(self, "0003_templates_by_period", DICTIONARY_GUARDS)
        keep_through_migrations(self, "0005_evidence", EVIDENCE_GUARDS)
        keep_through_migrations(self, "0007_history", HISTORY_GUARDS)
        keep_through_migrations(self, "0009_lists", MATCH_GUARDS)
        keep_through_migrations(self, "0013_publications", PUBLICATION_GUARDS)
        keep_through_migrations(self, "0017_meetings", MEETING_GUARDS)
        of_returns = (EVIDENCE_KIND, PAPER_KIND, ROSTER_KIND, WORKBOOK_KIND, BATCH_KIND)
        of_work = (ACCOMPLISHMENT_KIND, CLOSING_KIND, DOCUMENT_KIND)
        for kind in (*of_returns, LAYOUT_KIND, HISTORY_KIND, TABLE_KIND, ANSWER_KIND, *of_work):
            register_owner(kind)
        add_navigation(
            NavigationEntry("日常工作", "数据填报", "targets:returns", "report", (Permission.RETURN_VIEW,), 30),
            NavigationEntry("日常工作", "报送日历", "targets:calendar", "clock", (Permission.RETURN_VIEW,), 31),
        )
