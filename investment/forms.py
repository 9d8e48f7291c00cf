"""What people enter about a project."""

from django import forms
from django.db.models import QuerySet

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.core.errors import Invalid
from guandu.core.numbers import parse_decimal, to_units
from investment.actions.projects import FIELDS
from investment.enums import Stage
from investment.models import Project
from parks.models import Chain, Park


class ProjectForm(forms.ModelForm):
    """Choices hold what the person may name: his chains, and the parks that he sees."""

    promised_investment = forms.CharField(
        label="计划总投资", required=False, help_text="最多两位小数；未谈定的留空"
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Project
        fields = FIELDS
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chain"].queryset = chains_to_edit(user)
        self.fields["park"].queryset = Park.objects.visible_to(user)
        self.fields["street"].queryset = Unit.objects.filter(kind=Unit.Kind.STREET)
        self.fields["lead"].queryset = Unit.objects.exclude(kind=Unit.Kind.OPERATOR)
        self.initial.setdefault("version", self.instance.version)
        if self.instance.investment is not None:
            self.initial["promised_investment"] = f"{self.instance.investment:f}"
        self.fields["chain"].required = self.instance.stage != Stage.UNCONFIRMED or self.instance.pk is None
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写{field.label}。"
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = "未定"
            field.widget.attrs.setdefault(
                "class", "form-select" if isinstance(field, forms.ModelChoiceField) else "form-control"
            )

    def clean_promised_investment(self) -> int | None:
        try:
            value = parse_decimal(self.cleaned_data["promised_investment"])
            if value is not None and value < 0:
                raise Invalid("计划总投资不能小于零。")
            return None if value is None else to_units(value, Project.INVESTMENT_SCALE)
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def _post_clean(self) -> None:
        """Nothing is written to the instance: the action does that, from `values`."""

    @property
    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in FIELDS}


class MoveForm(forms.Form):
    to = forms.ChoiceField(label="办理", choices=Stage.choices)
    on = forms.DateField(
        label="发生日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    )
    comment = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


def chains_to_edit(user: User) -> QuerySet[Chain]:
    """The chains whose projects the person may enter."""
    scopes = user.scopes_with(Permission.PROJECT_EDIT)
    if ScopeKind.DISTRICT in scopes:
        return Chain.objects.all()
    return Chain.objects.filter(code__in=scopes.get(ScopeKind.CHAIN, ()))
