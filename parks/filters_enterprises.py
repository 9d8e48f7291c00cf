"""What lists of firms may be narrowed by."""

from datetime import date

import django_filters
from django import forms

from guandu.accounts.models import Unit, User
from parks.enums import CodeState, EnterpriseKind
from parks.models import HonourKind, Park
from parks.queries import enterprises as queries
from parks.queries.enterprises import TenantState
from parks.queries.industries import industry_choices
from parks.queries.lists import chains_of

LONGEST = 60


def _typed() -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": "名称、编码或信用代码片段", "maxlength": LONGEST})


class FirmFilter(django_filters.FilterSet):
    """Expects a queryset of `firms_for`; parks and chains offered are those of the person's own."""

    q = django_filters.CharFilter(method="by_text", label="查找", widget=_typed())
    park = django_filters.ChoiceFilter(method="later", label="园区", empty_label="全部园区")
    chain = django_filters.ChoiceFilter(method="later", label="产业链", empty_label="全部产业链")
    street = django_filters.ChoiceFilter(method="by_street", label="注册或经营街道", empty_label="全部街道")
    industry = django_filters.ChoiceFilter(method="by_industry", label="行业", empty_label="全部行业")
    honour = django_filters.ChoiceFilter(method="by_honour", label="荣誉", empty_label="不限")
    kind = django_filters.ChoiceFilter(
        field_name="kind", label="主体类型", empty_label="全部类型", choices=EnterpriseKind.choices
    )
    code_state = django_filters.ChoiceFilter(
        field_name="credit_code_state", label="代码核实", empty_label="不限", choices=CodeState.choices
    )
    state = django_filters.ChoiceFilter(
        method="later", label="在园情况", empty_label="不限", choices=TenantState.choices
    )

    class Meta:
        # django-filter asks for a model only where it makes filters itself.
        fields: list[str] = []

    def __init__(self, *args, user: User, day: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.day = user, day
        offered = {
            "park": lambda: list(Park.objects.visible_to(user).order_by("code").values_list("code", "name")),
            "chain": lambda: chains_of(user, day),
            "street": lambda: list(
                Unit.objects.filter(kind=Unit.Kind.STREET).order_by("code").values_list("code", "name")
            ),
            "industry": industry_choices,
            "honour": lambda: list(HonourKind.objects.values_list("code", "name")),
        }
        for name, choices in offered.items():
            if name in self.filters:
                self.filters[name].extra["choices"] = choices()
        for name, field in self.form.fields.items():
            field.widget.attrs["class"] = "form-control" if name == "q" else "form-select"

    def filter_queryset(self, firms):
        chosen = self.form.cleaned_data
        where = {name: chosen.get(name) or "" for name in ("park", "chain", "state")}
        return queries.in_parks(super().filter_queryset(firms), self.user, self.day, **where)

    @property
    def qs(self):
        """A condition that is not understood finds nothing: a file of everything would be no answer to it."""
        return super().qs if self.form.is_valid() else self.queryset.none()

    @property
    def conditions(self) -> str:
        """What was chosen, in words, for a file that leaves the portal."""
        if not self.form.is_valid():
            return ""
        words = [
            f"{field.label}：{self._chosen(name)}"
            for name, field in self.form.fields.items()
            if self._chosen(name)
        ]
        return "；".join(words)

    def _chosen(self, name: str) -> str:
        value = self.form.cleaned_data.get(name) or ""
        choices = dict(self.filters[name].extra.get("choices", ()))
        return str(choices.get(value, value)).strip()

    def later(self, firms, name, value):
        """Park, chain and state are one condition on one tenancy: see filter_queryset."""
        return firms

    def by_text(self, firms, name, value):
        return queries.named(firms, value[:LONGEST])

    def by_street(self, firms, name, value):
        return queries.in_street(firms, value)

    def by_industry(self, firms, name, value):
        return queries.in_industry(firms, value)

    def by_honour(self, firms, name, value):
        return queries.holding(firms, value, self.day)


class TenantFilter(FirmFilter):
    """For lists that hold tenants only."""

    state = code_state = kind = honour = None
