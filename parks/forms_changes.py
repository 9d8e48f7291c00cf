"""What people fill in to change the register: proposals, names, mergers, contacts, notes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core import signing
from django.db.models import Q

from guandu.accounts.models import User
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.core.telephone import normalised
from guandu.web.admin_fields import UnitsField
from parks.models import Contact, Enterprise, Park
from parks.queries.names import name_to_come
from parks.queries.proposals import ENTERPRISE_FIELDS, PARK_FIELDS, shown_of
from parks.wording import SCALE

SALT = "parks.forms_changes"
UNKNOWN = "未填写"
EXPIRED = "这个页面已失效，请重新打开后再填写。"
TOO_MANY = "有 {count} 家企业名称相同，请改填统一社会信用代码或编码。"


class AreaField(UnitsField):
    """Square metres, as a page of the portal draws them."""

    def __init__(self, label: str) -> None:
        super().__init__(scale=SCALE, label=label, help_text="最多两位小数；不知道请留空")
        self.unit = "平方米"
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 20})


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def words(label: str, *, longest: int = 200, required: bool = True, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=required, help_text=help_text)


def drawn(form: forms.BaseForm) -> None:
    """Every field as the portal's pages draw it, its refusals in words that say what to do."""
    for field in form.fields.values():
        kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
        if isinstance(field.widget, forms.CheckboxInput):
            kind = "form-check-input"
        field.widget.attrs.setdefault("class", kind)
        verb = "选择" if kind == "form-select" else "填写"
        field.error_messages["required"] = f"请{verb}{field.label}。"
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = "请选择" if field.required else UNKNOWN
        elif isinstance(field, forms.ChoiceField):
            field.choices = [(value, label if value != "" else UNKNOWN) for value, label in field.choices]


class ProposalForm(forms.ModelForm):
    """Everything that may be asked for, as the register says it; what differs is proposed."""

    effective_on = day_field("生效日期", help_text="名称、代码自该日起使用新内容；晚于今天的，到期自动生效")
    reason = words("变更理由")
    document = words("依据", longest=120, required=False, help_text="批文、测绘报告、营业执照等，没有可不填")
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = signing.dumps(shown_of(self.instance), salt=SALT, compress=True)
        self.initial.setdefault("effective_on", clock.today())
        drawn(self)

    def clean_seen(self) -> dict[str, Any]:
        return _unsigned(self.cleaned_data["seen"])

    def _post_clean(self) -> None:
        """Nothing is written to the instance: the action does that, from `asked`."""

    @property
    def asked(self) -> dict[str, Any]:
        names = [name for name in self._meta.fields if name in self.changed_data]
        return {name: self.cleaned_data[name] for name in names}


class ParkProposalForm(ProposalForm):
    land_area, floor_area = AreaField("占地面积"), AreaField("规划建筑面积")
    built_area, lettable_area = AreaField("已建成建筑面积"), AreaField("可招商面积")
    let_area = AreaField("已入驻面积")
    opened_on = day_field("开园日期", required=False)

    class Meta:
        model = Park
        fields = PARK_FIELDS

    field_order = (*PARK_FIELDS, "effective_on", "reason", "document", "seen")


class EnterpriseProposalForm(ProposalForm):
    established_on = day_field("成立日期", required=False)
    closed_on = day_field("注销日期", required=False)

    class Meta:
        model = Enterprise
        fields = ENTERPRISE_FIELDS

    field_order = (*ENTERPRISE_FIELDS, "effective_on", "reason", "document", "seen")


class RenameForm(forms.Form):
    """A name from a day on; what is shown first is the present one."""

    name = words("新名称", longest=120)
    short_name = words("简称", longest=20, required=False)
    credit_code = words("统一社会信用代码", longest=40, required=False)
    on = day_field("起始日期", help_text="原名称到前一日为止；晚于今天的，到期自动生效")
    document = words("依据", longest=120, required=False)
    reason = words("原因", required=False)

    def __init__(self, *args, subject: Park | Enterprise, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["credit_code" if isinstance(subject, Park) else "short_name"]
        for name in ("name", "short_name", "credit_code"):
            if name in self.fields:
                self.initial[name] = getattr(subject, name)
        self.fields["name"].max_length = subject._meta.get_field("name").max_length
        self.initial["on"] = clock.today()
        self.subject = subject
        drawn(self)

    def clean(self) -> dict[str, Any]:
        """The present name is said again only to call off one that is announced."""
        names = {"name", "short_name", "credit_code"} & set(self.fields)
        if not names & set(self.changed_data) and not name_to_come(self.subject, clock.today()):
            raise forms.ValidationError("填写的内容与现登记一致，没有需要变更的。")
        return self.cleaned_data


class MergeForm(forms.Form):
    """Into what, and from when. `previewed` says which merger the person was shown the effects of."""

    on = day_field("合并日期", help_text="自该日起只有存续方；当日或之前的日期")
    reason = words("依据或原因")
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ("into", "on", "reason", "previewed")

    @property
    def token(self) -> str:
        """Names the merger that this form asks for."""
        said = [self.cleaned_data["into"].pk, str(self.cleaned_data["on"])]
        return signing.dumps(said, salt=SALT)

    @property
    def is_previewed(self) -> bool:
        try:
            shown = signing.loads(self.cleaned_data["previewed"], salt=SALT)
        except signing.BadSignature:
            return False
        return shown == [self.cleaned_data["into"].pk, str(self.cleaned_data["on"])]


class ParkMergeForm(MergeForm):
    into = forms.ModelChoiceField(Park.objects.none(), label="并入园区")

    def __init__(self, *args, subject: Park, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        open_ones = Park.objects.visible_to(user).filter(merged_into=None).exclude(closed_on__lte=today)
        self.fields["into"].queryset = open_ones.exclude(pk=subject.pk)
        drawn(self)


class EnterpriseMergeForm(MergeForm):
    into = words("并入企业", longest=120, help_text="填写编码、统一社会信用代码或全称")

    def __init__(self, *args, subject: Enterprise, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        drawn(self)

    def clean_into(self) -> Enterprise:
        text = self.cleaned_data["into"].strip()
        named = Q(code__iexact=text) | Q(credit_code__iexact=text) | Q(name=text)
        found = Enterprise.objects.visible_to(self.user).filter(named)[:2]
        if len(found) == 1:
            return found[0]
        count = Enterprise.objects.visible_to(self.user).filter(named).count()
        raise forms.ValidationError(
            TOO_MANY.format(count=count) if count else "没有找到这家企业，请核对后重填。"
        )


class NoteForm(forms.Form):
    text = forms.CharField(label="内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    on = day_field("日期")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", clock.today())
        drawn(self)


class ContactForm(forms.Form):
    """A known contact's number stays as it is unless another one is given."""

    name = words("姓名", longest=40)
    duty = words("职务", longest=60, required=False)
    phone = words("联系电话", longest=40)
    is_main = forms.BooleanField(label="主要联系人", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, contact: Contact | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs |= {"autocomplete": "off", "inputmode": "tel"}
        if contact is not None:
            shown = snapshot(contact)
            self.initial = {name: shown[name] for name in ("name", "duty", "is_main")}
            self.initial["seen"] = signing.dumps(shown, salt=SALT, compress=True)
            self.fields["phone"].required = False
            self.fields["phone"].help_text = f"现为 {contact.phone_masked}；不换号码请留空"
        drawn(self)

    def clean_phone(self) -> str:
        try:
            return normalised(self.cleaned_data["phone"])
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def clean_seen(self) -> dict[str, Any] | None:
        return _unsigned(self.cleaned_data["seen"]) if self.cleaned_data["seen"] else None


def _unsigned(text: str) -> dict[str, Any]:
    try:
        return signing.loads(text, salt=SALT)
    except signing.BadSignature as error:
        raise forms.ValidationError(EXPIRED) from error


def faults(form: forms.BaseForm) -> Iterable[tuple[str, str]]:
    """(anchor, sentence) of everything wrong, for the summary on top of the page."""
    for name, texts in form.errors.items():
        label = "" if name == "__all__" else f"{form[name].label}："
        yield from ((f"id_{name}" if label else "", f"{label}{text}") for text in texts)
