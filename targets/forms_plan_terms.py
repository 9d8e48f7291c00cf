"""What the pages of a target's terms and of 办结验收 ask for. What holds of them is the actions' to say."""

from django import forms

from guandu.accounts.models import User
from guandu.core.periods import Period
from guandu.files.forms import AttachedFileField
from guandu.files.kinds import EVIDENCE
from targets.actions import accomplishments, plan_terms
from targets.enums_publication import PublicationKind
from targets.models import Plan, Publication, StatusRule, Target, TargetReading

_DAY = {"required": "请填写日期。", "invalid": "请填写日期，如 2026-09-30。"}
_WHOLE = {"required": "请填写整数。", "invalid": "请填写整数。"}


def line(label: str, most: int, help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": f"请填写{label}。"},
    )  # fmt: skip


def area(label: str, most: int, help_text: str = "", *, required: bool = True) -> forms.CharField:
    field = line(label, most, help_text, required=required)
    field.widget = forms.Textarea(attrs={"class": "form-control", "rows": 2, "maxlength": most})
    return field


def date_field(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text, error_messages=_DAY,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )  # fmt: skip


class ReviseForm(forms.Form):
    """What a document makes of the target."""

    value = line("目标值", plan_terms.LONGEST_VALUE, "没有变化的照原数填写", required=False)
    deadline = date_field("完成时限", "没有变化的照原时限填写", required=False)
    document = line("文件名称", plan_terms.LONGEST["document"])
    document_number = line("文号", plan_terms.LONGEST["document_number"], "例如 官政发〔2026〕8 号")
    in_force_from = date_field("生效日期", "自这一天起按新目标判断，此前各期不变")
    reason = area("调整理由", plan_terms.LONGEST["reason"])

    @classmethod
    def of(cls, target: Target) -> "ReviseForm":
        """As the page shows it: with the line that is in force."""
        return cls(auto_id="revise_%s", initial={"value": target.value, "deadline": target.deadline})


class BaselineForm(forms.Form):
    value = line("基期数", plan_terms.LONGEST_NUMBER, "按目标的单位填写")
    period = line("所属期", 10, "计划开始之前的一期，例如 2023 或 2023Q4")
    source = line("来源", plan_terms.LONGEST["source"], "文件名称、文号或期次")
    reason = area("更换理由", plan_terms.LONGEST["reason"], "已登记过的，须写明为什么更换", required=False)

    @classmethod
    def of(cls, target: Target) -> "BaselineForm":
        said = {name: getattr(target, f"baseline_{name}") for name in ("value", "period", "source")}
        return cls(auto_id="baseline_%s", initial=said)


class CheckpointForm(forms.Form):
    period = forms.ChoiceField(
        label="阶段", widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择阶段。", "invalid_choice": "请从列表中选择阶段。"},
    )  # fmt: skip
    value = line("阶段目标值", plan_terms.LONGEST_NUMBER, "按目标的单位填写；已设置过的阶段以新填的为准")
    source = line("依据", plan_terms.LONGEST["source"], "年度计划、责任分解表等文件")

    def __init__(self, *args, stages: list[Period], **options) -> None:
        super().__init__(*args, auto_id="checkpoint_%s", **options)
        self.fields["period"].choices = [(stage.code, stage.label) for stage in stages]


class ReadingForm(forms.Form):
    """Why a target is read in another way from now on."""

    reason = line("采用理由", plan_terms.LONGEST["reason"])
    document_number = line("文号", plan_terms.LONGEST["document_number"], required=False)
    # What the row was called when the person chose it.
    seen = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, reading: TargetReading, *args) -> "ReadingForm":
        return cls(*args, auto_id=f"reading{reading.pk}_%s", initial={"seen": reading.label})


class RuleForm(forms.Form):
    normal_from = forms.IntegerField(
        label="达到应有进度的百分之多少为正常", error_messages=_WHOLE,
        widget=forms.NumberInput(attrs={"class": "form-control", "min": 1, "max": plan_terms.MOST_PER_CENT}),
    )  # fmt: skip
    risk_from = forms.IntegerField(
        label="达到应有进度的百分之多少为有风险", help_text="不到这个百分比为滞后", error_messages=_WHOLE,
        widget=forms.NumberInput(attrs={"class": "form-control", "min": 1, "max": plan_terms.MOST_PER_CENT}),
    )  # fmt: skip
    in_force_from = date_field("生效日期", "此前各期仍按原规则判断")

    @classmethod
    def of(cls, rule: StatusRule | None) -> "RuleForm":
        said = {"normal_from": rule.normal_from, "risk_from": rule.risk_from} if rule else {}
        return cls(initial=said)


class ReportForm(forms.Form):
    """办结: what was done when, and a proof of it."""

    text = area("完成情况", accomplishments.LONGEST["text"])
    done_on = date_field("完成日期")
    file = AttachedFileField(EVIDENCE, label="证明材料")


class ProofForm(forms.Form):
    """One file more."""

    file = AttachedFileField(EVIDENCE, label="补充材料")


class AcceptForm(forms.Form):
    basis = line("验收依据", accomplishments.LONGEST["basis"], "会议纪要、验收文件的名称和文号")


class SendBackForm(forms.Form):
    reason = line("退回理由", accomplishments.LONGEST["reason"])


class BaselinesForm(forms.Form):
    """Which plan begins where a publication ends."""

    plan = forms.ModelChoiceField(
        Plan.objects.none(), label="下一期计划", to_field_name="code", empty_label="请选择",
        error_messages={"required": "请选择计划。", "invalid_choice": "请从列表中选择计划。"},
    )  # fmt: skip
    publication = forms.ModelChoiceField(
        Publication.objects.none(), label="取自期次", empty_label="请选择",
        error_messages={"required": "请选择期次。", "invalid_choice": "请从列表中选择期次。"},
    )  # fmt: skip

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = Plan.objects.visible_to(user)
        official = Publication.objects.visible_to(user).exclude(kind=PublicationKind.RATING)
        self.fields["publication"].queryset = official.order_by("-issued_on", "-pk")
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
