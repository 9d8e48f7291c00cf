"""Forms of the plan in the officials' admin: rows with the units that owe them, and a cycle to open."""

from guandu.accounts.models import Unit
from guandu.core import clock
from guandu.web.admin import OfficialForm
from guandu.web.admin_fields import many_of, text
from guandu.web.quarters import last_ended_quarter
from targets.models import Cycle, Mechanism, Target


class TargetForm(OfficialForm):
    leads = many_of("牵头单位", Unit.objects.all())
    responsible = many_of("责任单位", Unit.objects.all())

    class Meta:
        model = Target
        fields = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "leads" in self.fields:
            duties = self.instance.duties.select_related("unit")
            self.fields["leads"].initial = [duty.unit for duty in duties if duty.leads]
            self.fields["responsible"].initial = [duty.unit for duty in duties if not duty.leads]


class MechanismForm(OfficialForm):
    leads = many_of("牵头单位", Unit.objects.all())
    responsible = many_of("责任单位", Unit.objects.all())

    class Meta:
        model = Mechanism
        fields = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("leads", "responsible"):
            if self.instance.pk and name in self.fields:
                self.fields[name].initial = list(getattr(self.instance, name).all())


class CycleForm(OfficialForm):
    """Which template to ask for which quarter. One that is open already is no error: the action
    completes it, so the quarter is not compared here with the cycles there are."""

    quarter = text("报告期", max_length=10, help_text="例如 2026Q3、2026-09 或 2026；再次布置同一期只补充缺少的报表")

    class Meta:
        model = Cycle
        fields = ("template",)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("quarter", None)
        elif "quarter" in self.fields:
            self.fields["quarter"].initial = last_ended_quarter(clock.today()).code
