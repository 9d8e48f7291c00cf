"""Which period, form and dimension the page of 报送进度 shows."""

from django import forms

from targets.queries.completeness import DIMENSIONS, Dimension


class ProgressFilter(forms.Form):
    """A value that is not offered falls back to the first one."""

    period = forms.ChoiceField(label="报告期", required=False)
    template = forms.ChoiceField(label="报表", required=False)
    by = forms.ChoiceField(label="分组", required=False, choices=[(each.value, name) for each, name in DIMENSIONS.items()])

    def __init__(self, *args, periods: list[tuple[str, str]], templates: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = periods
        self.fields["template"].choices = [("", "全部报表"), *templates]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        first = next((code for code, _ in self.fields["period"].choices), "")
        return {"period": first, "template": "", "by": Dimension.STREET, **given}
