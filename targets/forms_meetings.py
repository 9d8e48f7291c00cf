"""What the pages of meetings post. What holds of it is the actions' to say."""

from django import forms

from guandu.accounts.models import Unit, User
from guandu.core import clock
from targets.actions import agenda, agenda_proposals, meetings, minutes
from targets.enums_meetings import AgendaProposalState, MeetingKind, MeetingState
from targets.forms_plan_terms import area, date_field, line
from targets.models import AgendaItem, Meeting
from targets.queries.agenda_proposals import open_meetings
from targets.queries.meetings import units_of
from targets.queries.tasks import open_units

NEXT = "下一次会议（由园区发展办安排）"
SELECT = {"class": "form-select"}


def _select(label: str, choices: list, **options) -> forms.ChoiceField:
    wrong = {"required": f"请选择{label}。", "invalid_choice": f"请从列表中选择{label}。"}
    return forms.ChoiceField(label=label, choices=choices, widget=forms.Select(attrs=SELECT), error_messages=wrong, **options)


def _one_of(queryset, label: str, empty: str, **options) -> forms.ModelChoiceField:
    wrong = {"required": f"请选择{label}。", "invalid_choice": f"请从列表中选择{label}。"}
    return forms.ModelChoiceField(
        queryset, label=label, empty_label=empty, widget=forms.Select(attrs=SELECT), error_messages=wrong, **options
    )


class SeenForm(forms.Form):
    """Carries which version of the meeting the person saw."""

    version = forms.IntegerField(
        required=False, min_value=0, max_value=10**9, widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "这个页面已失效，请刷新后再办理。"),
    )  # fmt: skip


class MeetingForm(SeenForm):
    kind = _select("会议类型", MeetingKind.choices)
    title = line("会议名称", meetings.LONGEST["title"], "例如 2026年第三次产业园区发展例会")
    day = date_field("会议日期")
    place = line("地点", meetings.LONGEST["place"])
    chair = line("主持人", meetings.LONGEST["chair"])
    proposals_until = date_field("议题提报截止", "当日仍可提报；此后不再接收")

    @classmethod
    def of(cls, meeting: Meeting) -> "MeetingForm":
        names = ("kind", "title", "day", "place", "chair", "proposals_until", "version")
        return cls(initial={name: getattr(meeting, name) for name in names})


class ReasonForm(SeenForm):
    reason = line("原因", meetings.LONGEST["reason"])


class HoldForm(SeenForm):
    on = date_field("召开日期")
    present = area("参会单位和人员", meetings.LONGEST["present"])
    absent = area("缺席和请假", meetings.LONGEST["absent"], "没有的留空", required=False)


class OwnItemForm(SeenForm):
    """An item in the office's own words."""

    title = line("议题", agenda.LONGEST["title"])
    unit_names = line("汇报单位", agenda.LONGEST["unit_names"], "单位全称或简称，多个用顿号分开", required=False)
    text = area("基本情况", agenda.LONGEST["text"], required=False)


class ItemForm(OwnItemForm):
    position = forms.IntegerField(
        label="次序", min_value=1, max_value=999, widget=forms.NumberInput(attrs={"class": "form-control", "min": 1}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), "次序请填写正整数。"),
    )  # fmt: skip

    @classmethod
    def of(cls, item: AgendaItem) -> "ItemForm":
        names = ("title", "unit_names", "text", "position")
        return cls(initial={name: getattr(item, name) for name in names} | {"version": item.meeting.version})


class OutcomeForm(SeenForm):
    outcome = area("议定意见", minutes.LONGEST["outcome"])


class ResolutionForm(SeenForm):
    text = area("议定事项", minutes.LONGEST["text"])
    unit = _one_of(Unit.objects.none(), "牵头单位", "请选择")
    due_on = date_field("完成时限")
    item = _one_of(AgendaItem.objects.none(), "对应议题", "不对应单项议题", required=False)

    def __init__(self, *args, meeting: Meeting, **options) -> None:
        super().__init__(*args, auto_id="resolution_%s", **options)
        self.fields["unit"].queryset = open_units()
        self.fields["item"].queryset = meeting.items.all()


class IssueForm(SeenForm):
    document_number = line("文号", minutes.LONGEST["document_number"], "例如 官园办纪〔2026〕3 号", required=False)
    text = area("纪要正文", minutes.LONGEST["minutes"], "按记录的议定意见和议定事项起草，可以修改；印发后不再变动")

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, auto_id="issue_%s", **options)
        self.fields["text"].widget.attrs["rows"] = 16


class CorrectForm(SeenForm):
    text = area("更正后的纪要正文", minutes.LONGEST["minutes"])
    reason = line("更正原因", minutes.LONGEST["reason"])

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, auto_id="correct_%s", **options)
        self.fields["text"].widget.attrs["rows"] = 16


class ProposeForm(forms.Form):
    unit = _one_of(Unit.objects.none(), "提报单位", "请选择")
    meeting = _one_of(Meeting.objects.none(), "拟上的会议", NEXT, required=False)
    title = line("议题", agenda_proposals.LONGEST["title"])
    text = area("基本情况和需要研究的问题", agenda_proposals.LONGEST["text"])

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        units = units_of(user)
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])
        self.fields["unit"].initial = units[0] if units else None
        self.fields["text"].widget.attrs["rows"] = 4
        today = clock.today()
        meeting = self.fields["meeting"]
        # One whose term has passed is known here and refused by the action, with the day.
        meeting.queryset = Meeting.objects.visible_to(user).filter(day__gte=today)
        meeting.choices = [("", NEXT), *((each.pk, f"{each}（{each.day:%-m月%-d日}）") for each in open_meetings())]


class DeclineForm(forms.Form):
    answer = line("未列入的原因", agenda_proposals.LONGEST["answer"])


class MeetingFilter(forms.Form):
    """Which meetings a list shows; a value that is not offered filters nothing."""

    q = forms.CharField(
        label="会议名称", required=False, max_length=60, widget=forms.TextInput(attrs={"class": "form-control", "type": "search"})
    )
    kind = forms.ChoiceField(
        label="类型", required=False, choices=[("", "全部"), *MeetingKind.choices], widget=forms.Select(attrs=SELECT)
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *MeetingState.choices], widget=forms.Select(attrs=SELECT)
    )

    @property
    def conditions(self) -> dict[str, str]:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {"title__icontains" if name == "q" else name: value for name, value in given.items()}


class ProposalFilter(forms.Form):
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *AgendaProposalState.choices], widget=forms.Select(attrs=SELECT)
    )

    @property
    def conditions(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
