"""Forms of the plan in the officials' admin: rows with the units that owe them."""

from guandu.accounts.models import Unit
from guandu.web.admin import OfficialForm
from guandu.web.admin_fields import many_of
from targets.models import Mechanism, Target


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
