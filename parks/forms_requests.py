"""What people fill in for 企业诉求: the four fields, a move, what the office sets, the list's conditions."""

from django import forms
from django.db.models import F, Q

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.files.forms import AttachedFileField
from guandu.files.kinds import EVIDENCE
from parks.actions.requests import HANDLERS, LONGEST
from parks.enums_requests import RequestStage, RequestState, RequestVerb
from parks.forms_space import Dressed, RegisterFilter, day
from parks.models import Park, RequestKind, RequestPolicy, ServiceRequest
from parks.models.request import LONGEST_DAYS
from parks.workflow_requests import Step

TOO_LONG = "最长 {} 字，请精简。"


def words(label: str, most: int, **given) -> forms.CharField:
    """A text of several lines."""
    widget = forms.Textarea(attrs={"rows": 4, "maxlength": most})
    return forms.CharField(label=label, max_length=most, widget=widget, error_messages={"max_length": TOO_LONG.format(most)}, **given)


def line(label: str, most: int, **given) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, error_messages={"max_length": TOO_LONG.format(most)}, **given)


class _ParkChoice(forms.ModelChoiceField):
    def label_from_instance(self, park: Park) -> str:
        return park.name


class AskForm(Dressed, forms.Form):
    """诉求内容、园区企业、联系人、联系电话; the park where the person has more than one."""

    park = _ParkChoice(Park.objects.none(), label="园区")
    text = words("诉求内容", LONGEST["text"], help_text="一项诉求填一条，写明要解决什么；请勿填写涉密内容")
    kind = forms.ModelChoiceField(
        RequestKind.objects.filter(is_used=True), label="诉求类别", required=False, help_text="不清楚的可以不选，交办时确定"
    )
    firm_name = line("园区企业", LONGEST["firm_name"], help_text="企业全称；与在园企业名录一致的自动关联")
    contact = line("联系人", LONGEST["contact"])
    phone = line("联系电话", 30, help_text="手机号，或带区号的座机号；加密保存，办理单位逐次查看并有记录")

    def __init__(self, *args, parks, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["park"].queryset = parks
        self.fields["kind"].empty_label = "不选"
        self.fields["phone"].widget.attrs |= {"type": "tel", "autocomplete": "off"}


def parks_to_ask_for(user) -> forms.ModelChoiceField:
    """Open parks for which the person may raise requests."""
    open_ = Q(closed_on=None) | Q(closed_on__gt=clock.today())
    return Park.objects.visible_to(user, Permission.REQUEST_RAISE).filter(open_).order_by("code")


SAID = {
    RequestVerb.ASSIGN: "交办意见", RequestVerb.ANSWER: "办理结果", RequestVerb.REJECT: "不满意的原因", RequestVerb.SUSPEND: "挂起的原因",
    RequestVerb.LOOK_AGAIN: "继续挂起的原因", RequestVerb.GIVE_BACK: "退回的理由", RequestVerb.WITHDRAW: "撤回的原因",
}  # fmt: skip


class MoveForm(Dressed, forms.Form):
    """One move of the workflow's table: only what its line asks for stands on the page."""

    verb = forms.CharField(widget=forms.HiddenInput, max_length=20)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, error_messages={"required": "请刷新页面后再办。"})
    unit = forms.ModelChoiceField(Unit.objects.filter(kind__in=HANDLERS).order_by("kind", "code"), label="承办单位")
    kind = forms.ModelChoiceField(RequestKind.objects.filter(is_used=True), label="诉求类别")
    words = words("说明", LONGEST["words"])
    look_again_on = day("再议日期", help_text="到这一天提醒是否恢复办理")
    file = AttachedFileField(EVIDENCE, required=False, label="附件")

    def __init__(self, *args, step: Step, **kwargs) -> None:
        super().__init__(*args, auto_id=f"{step.verb}_%s", **kwargs)
        asked = {"verb", "version", *step.asks, *(["file"] if step.files else [])}
        for name in set(self.fields) - asked:
            del self.fields[name]
        if "words" in self.fields:
            field = self.fields["words"]
            field.label, field.required = SAID[step.verb], step.asks[0] == "words"
            field.error_messages["required"] = f"请填写{field.label}。"


class ClockForm(Dressed, forms.Form):
    """A term from a day on."""

    stage = forms.ChoiceField(label="环节", choices=RequestStage.choices)
    kind = forms.ModelChoiceField(RequestKind.objects.all(), label="诉求类别", required=False)
    days = forms.IntegerField(
        label="工作日", min_value=1, max_value=LONGEST_DAYS,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), f"请填 1 至 {LONGEST_DAYS} 的整数。"),
    )  # fmt: skip
    on = day("起始日期", help_text="自这一天起新进入该环节的适用；已在办理的不变")
    document = line("依据", 120, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="clock_%s", **kwargs)
        self.fields["kind"].empty_label = "所有类别"


class KindForm(Dressed, forms.Form):
    code = forms.RegexField(
        r"\A[A-Z][A-Z0-9-]{0,19}\Z", label="编码", max_length=20, help_text="大写字母、数字和横线；已有的编码即修改该类别",
        error_messages={"invalid": "编码用大写字母开头，只含大写字母、数字和横线。"},
    )  # fmt: skip
    name = line("类别名称", 40)
    usual_unit = forms.ModelChoiceField(
        Unit.objects.filter(kind__in=HANDLERS).order_by("kind", "code"), label="通常承办单位", required=False
    )
    position = forms.IntegerField(
        label="顺序", min_value=0, max_value=999, initial=0,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "请填 0 至 999 的整数。"),
    )  # fmt: skip
    is_used = forms.BooleanField(label="使用", required=False, initial=True)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="kind_%s", **kwargs)
        self.fields["is_used"].widget.attrs["class"] = "form-check-input"
        self.fields["usual_unit"].empty_label = "未定"


class PolicyForm(Dressed, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = RequestPolicy
        fields = ("public_form", "per_address", "per_day")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="policy_%s", **kwargs)
        self.initial["version"] = self.instance.version
        self.fields["public_form"].widget.attrs["class"] = "form-check-input"


class RequestFilter(RegisterFilter):
    MINE, LATE, UNSOLVED, ALL = "mine", "late", "unsolved", "all"
    SORTS = {
        "": ("urgency", F("due_on").asc(nulls_last=True), "pk"), "raised": ("-raised_on", "-pk"), "park": ("park__code", "-pk"),
        "firm": ("firm_name", "-pk"),
    }  # fmt: skip
    state = forms.ChoiceField(
        label="状态",
        choices=[
            ("", "未办结"), (MINE, "等我办理"), (LATE, "逾期"), (UNSOLVED, "未解决（列入例会）"), *RequestState.choices, (ALL, "全部"),
        ],
    )  # fmt: skip
    kind = forms.ChoiceField(label="类别", choices=[("", "全部类别")])
    unit = forms.ChoiceField(label="承办单位", choices=[("", "全部单位")])
    text = forms.CharField(
        label="查找", max_length=60, widget=forms.TextInput(attrs={"placeholder": "企业、园区或诉求内容"})
    )
    sort = forms.ChoiceField(
        label="排序", choices=[("", "按时限"), ("raised", "按提出日期"), ("park", "按园区"), ("firm", "按企业")]
    )

    def __init__(self, data, *, user) -> None:
        seen = ServiceRequest.objects.visible_to(user).exclude(unit=None).values("unit")
        units = Unit.objects.filter(pk__in=seen).order_by("kind", "code").values_list("code", "name")
        kinds = RequestKind.objects.values_list("code", "name")
        super().__init__(data, offers={"kind": kinds, "unit": units})

    @property
    def order(self) -> tuple:
        return self.SORTS[self.said("sort", "")]

    def narrowed(self, rows):
        text = self.said("text")
        if text:
            named = Q(firm_name__icontains=text) | Q(park__name__icontains=text) | Q(text__icontains=text)
            rows = rows.filter(named)
        return self.matching(rows, kind__code="kind", unit__code="unit")
