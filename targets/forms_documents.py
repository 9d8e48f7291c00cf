"""What the pages of 公文 ask for."""

from django import forms

from guandu.accounts.models import User
from guandu.documents.wording import LONGEST as LONGEST_WORDING
from targets.actions.documents import LONGEST
from targets.enums_document import SECTIONS, DocumentKind, DocumentState, Ranking, Section
from targets.models import Publication
from targets.queries.document_papers import Choices
from targets.queries.documents import scopes_of, units_asked

_SELECT, _TEXT = {"class": "form-select"}, {"class": "form-control"}
_AREA = {"class": "form-control", "rows": 3}
_DAY = {"class": "form-control", "type": "date"}


def _required(sentence: str) -> dict[str, str]:
    return dict.fromkeys(("required", "invalid", "invalid_choice", "invalid_list"), sentence)


class ChoicesForm(forms.Form):
    """Which paper, on which publication, with which parts."""

    kind = forms.ChoiceField(
        label="公文种类", choices=DocumentKind.choices, widget=forms.Select(attrs=_SELECT),
        error_messages=_required("请选择公文种类。"),
    )  # fmt: skip
    publication = forms.ModelChoiceField(
        label="依据的期次", queryset=Publication.objects.none(), empty_label=None, widget=forms.Select(attrs=_SELECT),
        error_messages=_required("请从列表中选择期次；还没有发布的，请先在“数据发布”中发布。"),
    )  # fmt: skip
    scope = forms.ChoiceField(
        label="汇报范围", required=False, widget=forms.Select(attrs=_SELECT), help_text="只用于汇报",
        error_messages=_required("请从列表中选择汇报范围。"),
    )  # fmt: skip
    sections = forms.MultipleChoiceField(
        label="内容", required=False, choices=Section.choices, widget=forms.CheckboxSelectMultiple,
        error_messages=_required("所选内容不属于这类公文，请重新选择。"),
    )  # fmt: skip
    rankings = forms.MultipleChoiceField(
        label="报送排名", required=False, choices=Ranking.choices, widget=forms.CheckboxSelectMultiple,
        help_text="只用于季度通报", error_messages=_required("请从列表中选择排名范围。"),
    )  # fmt: skip

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        shown = Publication.objects.visible_to(user).official()
        self.fields["publication"].queryset = shown.filter(replaced_by=None).order_by("-pk")
        self.fields["scope"].choices = [("", "全区"), *scopes_of(user)]

    def choices(self) -> Choices:
        """Of a valid form. What belongs to another kind of paper is left out."""
        typed = self.cleaned_data
        kind, _, code = typed["scope"].partition(" ") if typed["kind"] == DocumentKind.BRIEFING else ("", "", "")
        return Choices(
            kind=typed["kind"],
            publication=typed["publication"],
            sections=tuple(each for each in SECTIONS[DocumentKind(typed["kind"])] if each in typed["sections"]),
            rankings=tuple(typed["rankings"]) if typed["kind"] == DocumentKind.BULLETIN else (),
            scope_kind=kind,
            scope_code=code,
            scope_name=self._names().get(typed["scope"], "") if code else "",
        )

    def _names(self) -> dict[str, str]:
        return {
            value: name
            for _, group in self.fields["scope"].choices
            if isinstance(group, list | tuple)
            for value, name in group
        }


class DocumentFilter(forms.Form):
    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "全部"), *DocumentKind.choices], widget=forms.Select(attrs=_SELECT)
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *DocumentState.choices], widget=forms.Select(attrs=_SELECT)
    )
    name = forms.CharField(label="标题或文号", required=False, max_length=60, widget=forms.TextInput(attrs=_TEXT))


class AskForm(forms.Form):
    units = forms.ModelMultipleChoiceField(
        label="征求意见的单位", queryset=units_asked().none(), widget=forms.CheckboxSelectMultiple,
        error_messages={**_required("请选择征求意见的单位。"), "invalid_pk_value": "请从列表中选择单位。"},
    )  # fmt: skip
    due_on = forms.DateField(
        label="截止日期", widget=forms.DateInput(attrs=_DAY), error_messages=_required("请填写截止日期。")
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, error_messages=_required("请刷新页面后再办理。"))

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["units"].queryset = units_asked()


class OpinionForm(forms.Form):
    agrees = forms.ChoiceField(
        label="答复", choices=[("yes", "无修改意见"), ("no", "有修改意见")], widget=forms.Select(attrs=_SELECT),
        error_messages=_required("请选择有没有修改意见。"),
    )  # fmt: skip
    text = forms.CharField(
        label="修改意见", required=False, max_length=LONGEST["text"], widget=forms.Textarea(attrs=_AREA),
        error_messages={"max_length": f"修改意见请控制在 {LONGEST['text']} 字以内。"},
    )  # fmt: skip


class SeenForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput, error_messages=_required("请刷新页面后再办理。"))


class CommentForm(SeenForm):
    comment = forms.CharField(
        label="说明", max_length=LONGEST["comment"], widget=forms.Textarea(attrs=_AREA),
        error_messages={"required": "请写明理由。", "max_length": f"请控制在 {LONGEST['comment']} 字以内。"},
    )  # fmt: skip


class SignForm(SeenForm):
    signer = forms.CharField(
        label="签批人", max_length=LONGEST["signer"], widget=forms.TextInput(attrs=_TEXT),
        error_messages={"required": "请填写签批人。", "max_length": f"请控制在 {LONGEST['signer']} 字以内。"},
    )  # fmt: skip
    signed_on = forms.DateField(
        label="签批日期", widget=forms.DateInput(attrs=_DAY), error_messages=_required("请填写签批日期。")
    )
    file = forms.FileField(
        label="签批扫描件", widget=forms.FileInput(attrs={"class": "form-control", "accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text="PDF、JPG、PNG", error_messages=dict.fromkeys(("required", "invalid", "missing", "empty"), "请上传签批页的扫描件。"),
    )  # fmt: skip


class IssueDocumentForm(SeenForm):
    number = forms.CharField(
        label="文号", max_length=LONGEST["number"], widget=forms.TextInput(attrs=_TEXT), help_text="例如 官园办〔2026〕12号",
        error_messages={"required": "请填写文号。", "max_length": "文号过长，请核对。"},
    )  # fmt: skip
    issued_on = forms.DateField(
        label="印发日期", widget=forms.DateInput(attrs=_DAY), error_messages=_required("请填写印发日期。")
    )
    file = forms.FileField(
        label="印发的文件", widget=forms.FileInput(attrs={"class": "form-control", "accept": ".docx,.pdf"}),
        help_text="Word（.docx）或由它导出的 PDF；系统读出其中的数字，与草稿核对",
        error_messages=dict.fromkeys(("required", "invalid", "missing", "empty"), "请上传印发的文件。"),
    )  # fmt: skip


class WordingForm(forms.Form):
    key = forms.CharField(max_length=60, widget=forms.HiddenInput, error_messages=_required("没有这段措辞。"))
    text = forms.CharField(
        label="措辞", max_length=LONGEST_WORDING, widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        error_messages={"required": "请填写措辞。", "max_length": f"措辞请控制在 {LONGEST_WORDING} 字以内。"},
    )  # fmt: skip
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput, error_messages=_required("请刷新页面后再保存。"))


