"""What the pages of red lights post."""

from django import forms
from django.http import QueryDict

from targets.actions.lights import LONGEST_ANSWER
from targets.enums_plan import AnswerKind
from targets.forms import whole


class AnswerForm(forms.Form):
    """Why a target is behind, or that its number is being corrected."""

    kind = forms.ChoiceField(
        label="答复方式",
        choices=AnswerKind.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选择是说明情况，还是数据有误、正在订正。"),
    )
    text = forms.CharField(
        label="情况说明",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "请写明滞后原因和下一步措施，或者哪项数据有误。",
            "max_length": f"情况说明请控制在 {LONGEST_ANSWER} 字以内。",
        },
    )
    seen = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)


def picked(post: QueryDict) -> dict[int, str]:
    """The lights that were chosen: id → the stamp that the page showed. What is no such pair is left out."""
    pairs = (text.partition(":") for text in post.getlist("pick"))
    return {key: stamp for text, _, stamp in pairs if (key := whole(text)) is not None}
