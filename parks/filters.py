"""What the list of parks may be narrowed by."""

from datetime import date

import django_filters
from django import forms
from django.db.models import Q

from guandu.accounts.models import User
from parks.enums import ParkState
from parks.models import Park
from parks.queries.lists import chains_of, in_state, streets_of


class ParkFilter(django_filters.FilterSet):
    """Expects a queryset of `parks_on`; choices are those of the person's own parks."""

    chain = django_filters.ChoiceFilter(field_name="chain_code", label="产业链", empty_label="全部产业链")
    street = django_filters.ChoiceFilter(field_name="street_code", label="街道", empty_label="全部街道")
    state = django_filters.ChoiceFilter(
        method="by_state", label="状态", empty_label="全部状态", choices=ParkState.choices
    )
    name = django_filters.CharFilter(
        method="by_name",
        label="名称",
        widget=forms.TextInput(attrs={"placeholder": "名称或简称", "maxlength": 40}),
    )

    class Meta:
        model = Park
        fields: list[str] = []

    def __init__(self, *args, user: User, day: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.filters["chain"].extra["choices"] = chains_of(user, day)
        self.filters["street"].extra["choices"] = streets_of(user, day)
        for name in self.form.fields:
            kind = "form-control" if name == "name" else "form-select"
            self.form.fields[name].widget.attrs["class"] = kind

    def by_state(self, parks, name, value):
        return in_state(parks, value, self.day)

    def by_name(self, parks, name, value):
        return parks.filter(Q(name__icontains=value) | Q(short_name__icontains=value) | Q(code__iexact=value))
