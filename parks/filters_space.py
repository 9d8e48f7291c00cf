"""What the lists of spaces and firms may be narrowed by."""

from datetime import date

from django import forms
from django.db.models import Q

from guandu.accounts.models import User
from parks.enums import SpaceState, SpaceUse, TenancyState
from parks.forms_space import RegisterFilter, area, day, rent
from parks.models import Park
from parks.queries.lists import chains_of
from parks.querysets import SpaceQuerySet, TenancyQuerySet

TWICE, EVERY = "twice", "all"


def _any(word: str, choices) -> list[tuple[str, str]]:
    return [("", word), *choices]


class SpaceFilter(RegisterFilter):
    building = forms.ChoiceField(label="楼宇", choices=_any("全部楼宇", ()))
    state = forms.ChoiceField(label="状态", choices=_any("全部状态", SpaceState.choices))
    use = forms.ChoiceField(label="用途", choices=_any("全部用途", SpaceUse.choices))
    on = day("日期")

    def __init__(self, *args, park: Park, **kwargs) -> None:
        names = park.buildings.order_by("code").values_list("code", "name")
        super().__init__(*args, offers={"building": names}, **kwargs)

    def rows(self, spaces: SpaceQuerySet) -> SpaceQuerySet:
        return self.matching(spaces, building__code="building", state="state", use="use")


class FirmFilter(RegisterFilter):
    state = forms.ChoiceField(
        label="状态",
        choices=[
            ("", "在园"),
            *((code, word) for code, word in TenancyState.choices if code != TenancyState.IN),
            (TWICE, "重复登记"),
            (EVERY, "全部"),
        ],
    )
    name = forms.CharField(
        label="企业", max_length=60, widget=forms.TextInput(attrs={"placeholder": "名称或信用代码"})
    )
    on = day("日期")

    def rows(self, tenancies: TenancyQuerySet) -> TenancyQuerySet:
        state, name = self.said("state", TenancyState.IN), self.said("name")
        if name:
            tenancies = tenancies.filter(
                Q(enterprise__name__icontains=name) | Q(enterprise__credit_code__icontains=name)
            )
        if state == TWICE:
            return tenancies.filter(is_twice=True)
        return tenancies if state == EVERY else tenancies.in_state(state, self.day)


class FreeSpaceFilter(RegisterFilter):
    use = forms.ChoiceField(label="用途", choices=_any("全部用途", SpaceUse.choices))
    chain = forms.ChoiceField(label="产业链", choices=_any("全部产业链", ()))
    area_from = area("面积不小于（平方米）")
    area_to = area("面积不大于（平方米）")
    rent_to = rent("租金不高于（元/平方米·月）")
    on = day("何日可用")

    def __init__(self, *args, user: User, today: date, **kwargs) -> None:
        super().__init__(*args, offers={"chain": chains_of(user, today)}, **kwargs)

    def rows(self, spaces: SpaceQuerySet) -> SpaceQuerySet:
        return self.matching(
            spaces,
            use="use",
            chain_code="chain",
            area__gte="area_from",
            area__lte="area_to",
            rent__lte="rent_to",
        )
