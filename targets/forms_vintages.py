"""Which vintage a reader of figures asks for."""

from django import forms
from django.db.models import QuerySet

from guandu.accounts.models import User
from guandu.core import clock
from targets.models import Publication
from targets.queries.publications import in_force_on


class VintageForm(forms.Form):
    """`as_of` a day, or `vintage` a publication by its number, or neither: today's figures."""

    as_of = forms.DateField(
        required=False, input_formats=["%Y-%m-%d"], error_messages={"invalid": "日期请写成 2026-10-20。"}
    )
    vintage = forms.RegexField(
        r"\A[0-9]{1,18}\Z", required=False, error_messages={"invalid": "期次编号是数字，请从期次列表中取。"}
    )

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        self.visible: QuerySet[Publication] = Publication.objects.visible_to(user)

    def clean_as_of(self):
        day = self.cleaned_data["as_of"]
        if day and day > clock.today():
            raise forms.ValidationError("日期不能晚于今天：以后的发布还不知道。")
        return day

    def clean_vintage(self) -> Publication | None:
        number = self.cleaned_data["vintage"]
        if not number:
            return None
        found = self.visible.filter(pk=int(number)).first()
        if found is None:
            raise forms.ValidationError("没有这一期次，请从期次列表中取编号。")
        return found

    def clean(self) -> dict:
        data = super().clean()
        if data.get("as_of") and data.get("vintage"):
            raise forms.ValidationError({"as_of": "as_of 和 vintage 只能填写一个。"})
        return data

    @property
    def publications(self) -> list[Publication] | None:
        """What is asked for; None is today's figures."""
        if self.cleaned_data["vintage"]:
            return [self.cleaned_data["vintage"]]
        day = self.cleaned_data["as_of"]
        return in_force_on(day, self.visible) if day else None
