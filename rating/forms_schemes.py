"""What the pages of schemes and of trying them ask for. What holds of it is the actions' to say."""

from django import forms
from django.conf import settings

from guandu.core import clock
from guandu.core.periods import Period
from parks.enums import Carrier
from rating.actions import schemes
from rating.models import Scheme

ENDINGS = (".xlsx", ".yaml", ".yml")
_DAY = {"required": "请填写日期。", "invalid": "请填写日期，如 2026-09-30。"}


def _day(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, error_messages=_DAY, initial=clock.today,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )  # fmt: skip


def _line(label: str, most: int, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, help_text=help_text, error_messages={"required": f"请填写{label}。"},
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )  # fmt: skip


def _choice(label: str, help_text: str = "", *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=help_text, required=required,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"请在列出的{label}中选择。"},
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip


class UploadForm(forms.Form):
    """A scheme as a workbook or as text."""

    file = forms.FileField(
        label="方案文件", help_text="xlsx 工作簿或 yaml 文件；先下载现有方案，在其上修改，改用新的版本号",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ",".join(ENDINGS)}),
        error_messages={"required": "请选择文件。", "empty": "这个文件是空的，请重新选择。"},
    )  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(ENDINGS):
            raise forms.ValidationError("请上传 xlsx 工作簿或 yaml 文件。")
        if file.size > settings.FILES_MOST_BYTES:
            raise forms.ValidationError("文件过大，请删去多余内容后再上传。")
        return file


class PublishForm(forms.Form):
    document = _line("印发文件", schemes.LONGEST["document"], "文件名称和文号")
    issued_on = _day("印发日期")


class RetireForm(forms.Form):
    because = _line("停用原因", schemes.LONGEST["because"])


class ScopeForm(forms.Form):
    """Which scheme a class of parks has."""

    carrier = _choice("载体形态", required=False)
    chain = _choice("产业链", required=False)
    scheme_code = _choice("适用方案")
    on = _day("起始日期", "自这一天起适用；此前各期不变")

    def __init__(self, *args, codes: list[tuple[str, str]], chains: list[tuple[str, str]], **options) -> None:
        super().__init__(*args, **options)
        self.fields["carrier"].choices = [("", "各类载体"), *Carrier.choices]
        self.fields["chain"].choices = [("", "各产业链"), *chains]
        self.fields["scheme_code"].choices = codes


class ScopeEndForm(forms.Form):
    on = _day("终止日期")


class SimulateForm(forms.Form):
    """Two schemes and a quarter."""

    after = forms.ModelChoiceField(
        Scheme.objects.none(), label="模拟方案", empty_label=None, widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择模拟方案。", "invalid_choice": "请在列出的方案中选择。"},
    )  # fmt: skip
    before = forms.ModelChoiceField(
        Scheme.objects.none(), label="对照方案", empty_label=None, widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "请选择对照方案。", "invalid_choice": "请在列出的方案中选择。"},
    )  # fmt: skip
    period = _choice("数据期")

    def __init__(self, *args, rows, quarters: list[Period], **options) -> None:
        super().__init__(*args, **options)
        self.fields["after"].queryset = self.fields["before"].queryset = rows
        self.fields["period"].choices = [(each.code, each.label) for each in quarters]
