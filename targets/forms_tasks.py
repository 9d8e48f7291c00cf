"""What the pages of tasks, 批示 and 督办 ask for. What holds of it is the actions' to say."""

from collections.abc import Iterable

from django import forms

from guandu.accounts.models import Unit, User
from guandu.files.forms import AttachedFileField
from guandu.files.kinds import EVIDENCE
from parks.models import ServiceRequest
from targets.actions import instructions, supervisions, task_asking, tasks
from targets.actions.task_making import LONGEST as OF_TASK
from targets.enums_tasks import ENTERED_SOURCES, NoticeState, TaskLight, TaskSource, TaskState
from targets.models import Task, TaskRule, TaskStage
from targets.queries.tasks import open_requests, open_units

_DAY = {"required": "请填写日期。", "invalid": "请填写日期，如 2026-09-30。"}
_WHOLE = {"required": "请填写整数。", "invalid": "请填写整数。", "min_value": "请填写不小于 %(limit_value)s 的整数。",
          "max_value": "请填写不大于 %(limit_value)s 的整数。"}  # fmt: skip


def _line(label: str, most: int, help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": f"请填写{label}。", "max_length": f"{label}最长 {most} 字，请精简。"},
    )  # fmt: skip


def _area(label: str, most: int, help_text: str = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    field = _line(label, most, help_text, required=required)
    field.widget = forms.Textarea(attrs={"class": "form-control", "rows": rows, "maxlength": most})
    return field


def _date(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text, error_messages=_DAY,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )  # fmt: skip


def _days(label: str, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, error_messages=_WHOLE,
        widget=forms.NumberInput(attrs={"class": "form-control", "min": least, "max": most}),
    )  # fmt: skip


def _choice(label: str, choices: Iterable[tuple[str, str]]) -> forms.ChoiceField:
    sentence = f"请选择{label}。"
    return forms.ChoiceField(
        label=label, choices=list(choices), widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": sentence, "invalid_choice": sentence},
    )  # fmt: skip


def _units(label: str, *, required: bool = True) -> forms.ModelMultipleChoiceField:
    sentence = f"请从列表中选择{label}。"
    return forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=label, to_field_name="code", required=required, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": f"请至少选择一个{label}。", "invalid_choice": sentence, "invalid_pk_value": sentence,
                        "invalid_list": sentence},
    )  # fmt: skip


class _WithUnits(forms.Form):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        units = open_units()
        for field in self.fields.values():
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.queryset = units


class TaskFilter(forms.Form):
    """A value that is not offered counts as none."""

    q = forms.CharField(label="查找", max_length=60, required=False)
    light = forms.ChoiceField(label="亮灯", required=False)
    source = forms.ChoiceField(label="来源", required=False)
    state = forms.ChoiceField(label="状态", required=False)
    unit = forms.ChoiceField(label="责任单位", required=False)
    mine = forms.ChoiceField(label="范围", required=False)
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in ("due", "-due", "code", "-code", "light", "-light")])

    MINE, LINES = "mine", "lines"

    def __init__(self, *args, units: Iterable[Unit], acts: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        lights = [(light.value, light.label) for light in TaskLight if light.value]
        mine = [(self.MINE, "我单位的"), (self.LINES, "我单位待报进展的")] if acts else []
        states = [("open", "在办"), *TaskState.choices]
        for name, choices in (
            ("light", lights), ("source", TaskSource.choices), ("state", states),
            ("unit", [(unit.code, unit.name) for unit in units]), ("mine", mine),
        ):  # fmt: skip
            self.fields[name].choices = [("", "全部"), *choices]
            self.fields[name].widget.attrs["class"] = "form-select"
        if not acts:
            self.fields["mine"].widget = forms.HiddenInput()
        self.fields["sort"].widget = forms.HiddenInput()
        self.fields["q"].widget.attrs.update({"class": "form-control", "placeholder": "编号、任务、要求"})

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class NoticeFilter(forms.Form):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *NoticeState.choices])
    q = forms.CharField(label="查找", max_length=60, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].widget.attrs["class"] = "form-select"
        self.fields["q"].widget.attrs.update({"class": "form-control", "placeholder": "任务、单位"})

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class InstructionFilter(forms.Form):
    q = forms.CharField(
        label="查找", max_length=60, required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "事项、领导"}),
    )  # fmt: skip

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class TaskForm(_WithUnits):
    title = _line("任务", OF_TASK["title"])
    text = _area("要求", OF_TASK["text"], "做什么，做到什么程度")
    source = _choice("来源", [("", "请选择"), *[(each.value, each.label) for each in ENTERED_SOURCES]])
    source_note = _line("来源说明", OF_TASK["source_note"], "会议名称、文件名称和文号等", required=False)
    request = forms.ModelChoiceField(
        ServiceRequest.objects.none(), label="企业诉求", required=False, empty_label="不是由某件诉求而来",
        widget=forms.Select(attrs={"class": "form-select"}), error_messages={"invalid_choice": "请从列表中选择未办结的诉求。"},
    )  # fmt: skip
    due_on = _date("办结时限")
    leads = _units("牵头单位")
    helpers = _units("配合单位", required=False)

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request"].queryset = open_requests(user)


class TaskEditForm(_WithUnits):
    title = _line("任务", OF_TASK["title"])
    text = _area("要求", OF_TASK["text"])
    source_note = _line("来源说明", OF_TASK["source_note"], required=False)
    leads = _units("牵头单位", required=False)
    helpers = _units("配合单位", required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, task: Task) -> "TaskEditForm":
        duties = list(task.duties.select_related("unit"))
        return cls(
            initial={
                "title": task.title, "text": task.text, "source_note": task.source_note, "seen": task.version,
                "leads": [each.unit.code for each in duties if each.leads],
                "helpers": [each.unit.code for each in duties if not each.leads],
            }
        )  # fmt: skip


class LineForm(forms.Form):
    month = _choice("月份", [])
    text = _area("本月进展", tasks.LONGEST["line"], rows=2)

    def __init__(self, *args, months: Iterable[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, auto_id="line_%s", **kwargs)
        self.fields["month"].choices = list(months)
        self.fields["text"].widget.attrs["placeholder"] = "一句话：做了什么、到哪一步、有什么困难"


class NoteForm(forms.Form):
    text = _area("备注", tasks.LONGEST["note"], rows=2)


class StageForm(forms.Form):
    track = _line("事项（一件事的可不填）", tasks.LONGEST["stage"], required=False)
    title = _line("节点", tasks.LONGEST["stage"])
    due_on = _date("节点时限", required=False)


class StageSetForm(forms.Form):
    due_on = _date("节点时限", required=False)
    done_on = _date("完成日期", required=False)

    @classmethod
    def of(cls, stage: TaskStage, *args) -> "StageSetForm":
        return cls(*args, auto_id=f"stage{stage.pk}_%s", initial={"due_on": stage.due_on, "done_on": stage.done_on})


class ExtendForm(forms.Form):
    new_due_on = _date("申请延至")
    reason = _area("延期理由", task_asking.LONGEST["reason"], rows=2)


class CloseForm(forms.Form):
    text = _area("办理结果", task_asking.LONGEST["text"])
    done_on = _date("完成日期")
    file = AttachedFileField(EVIDENCE, label="办结材料")


class ClosingFileForm(forms.Form):
    file = AttachedFileField(EVIDENCE, label="补充材料")


class DecideForm(forms.Form):
    """Yes or no of what was asked, in words. `words_of` says what is asked of each."""

    decision = _choice("答复", [("yes", "同意"), ("no", "退回")])
    words = _line("依据或理由", task_asking.LONGEST["answer"], required=False)


class AcceptForm(DecideForm):
    decision = _choice("验收结论", [("yes", "验收办结"), ("no", "退回")])
    words = _line("验收依据或退回理由", task_asking.LONGEST["answer"], "会议纪要、验收文件的名称和文号；退回的写明缺什么")


class RevokeForm(forms.Form):
    reason = _line("撤销原因", tasks.LONGEST["reason"])


class SuperviseForm(forms.Form):
    unit = _choice("被督办单位", [])
    text = _area("督办要求", supervisions.LONGEST["text"], rows=2)
    due_on = _date("答复时限")

    def __init__(self, *args, units: Iterable[Unit], **kwargs) -> None:
        super().__init__(*args, auto_id="supervise_%s", **kwargs)
        self.fields["unit"].choices = [(unit.code, unit.name) for unit in units]


class TaskRuleForm(forms.Form):
    red_after = _days("超过办结时限几天亮红灯", 0, 90)
    stage_red_after = _days("节点超期几天亮红灯", 0, 90)
    amber_within = _days("办结时限前几天亮黄灯", 0, 180)
    amber_without_line = forms.BooleanField(
        label="上月进展未报亮黄灯", required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )
    remind_days = _days("月底前几天提醒报进展", 1, 28)
    valid_from = _date("生效日期", "此前仍按原规则亮灯")

    @classmethod
    def of(cls, rule: TaskRule) -> "TaskRuleForm":
        names = ("red_after", "stage_red_after", "amber_within", "amber_without_line", "remind_days")
        return cls(initial={name: getattr(rule, name) for name in names})


class InstructionForm(_WithUnits):
    title = _line("批示事项", instructions.LONGEST["title"])
    summary = _area("批示摘要", instructions.LONGEST["summary"], "用自己的话摘录要求，不抄录涉密内容")
    leader = _line("批示领导", instructions.LONGEST["leader"])
    given_on = _date("批示日期")
    document = _line("来文", instructions.LONGEST["document"], "来文标题和文号，可不填", required=False)
    due_on = _date("反馈时限")
    units = _units("承办单位")


class FeedbackForm(forms.Form):
    text = _area("反馈稿", instructions.LONGEST["feedback"], "可以先取各承办单位的进展，再修改", rows=10)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NoticeAnswerForm(forms.Form):
    text = _area("答复", supervisions.LONGEST["answer"], "存在的问题、采取的措施、完成时间", rows=4)
