"""批量修改: rows chosen in a list, one form, one action."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core import signing
from django.http import HttpRequest, HttpResponse
from unfold import widgets

from guandu.core.errors import PortalError
from guandu.web.admin_fields import text

SALT = "parks.admin.bulk"
EXPIRED = "这个页面已失效，请回到列表重新选择。"
PICK = "change_"


class BulkForm(forms.Form):
    """A box before each field says that it is to be changed; an empty field then empties it."""

    reason = text("修改原因", help_text="记入每一条变更记录")
    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, fields: dict[str, forms.Field], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        ordered: dict[str, forms.Field] = {}
        for name, field in fields.items():
            field.required = False
            ordered[f"{PICK}{name}"] = forms.BooleanField(
                label=f"修改{field.label}", required=False, widget=widgets.UnfoldBooleanWidget()
            )
            ordered[name] = field
        self.fields = ordered | self.fields

    def clean_shown(self) -> dict[int, int]:
        try:
            return {
                int(pk): version
                for pk, version in signing.loads(self.cleaned_data["shown"], salt=SALT).items()
            }
        except signing.BadSignature as error:
            raise forms.ValidationError(EXPIRED) from error

    @property
    def values(self) -> dict[str, Any]:
        picked = [name for name in self.fields if name.startswith(PICK) and self.cleaned_data[name]]
        return {name.removeprefix(PICK): self.cleaned_data[name.removeprefix(PICK)] for name in picked}


class BulkEditMixin:
    """For an OfficialAdmin: names `bulk_fields` and `bulk_action`, which changes the chosen rows."""

    actions = ("edit_many",)
    bulk_fields: tuple[str, ...] = ()
    bulk_action: Callable[..., int]

    @admin.action(description="批量修改所选", permissions=["change"])
    def edit_many(self, request: HttpRequest, queryset) -> HttpResponse | None:
        sent = "shown" in request.POST
        chosen = list(queryset.order_by("pk"))
        form = BulkForm(request.POST if sent else None, fields=self._bulk_form_fields(request))
        if sent and form.is_valid():
            try:
                count = type(self).bulk_action(
                    chosen=chosen, values=form.values, reason=form.cleaned_data["reason"],
                    versions=form.cleaned_data["shown"], by=request.user,
                )  # fmt: skip
            except PortalError as refusal:
                form.add_error(None, [refusal.message])
            else:
                self.message_user(request, f"已修改 {count} 个，{len(chosen) - count} 个原本如此，没有改动。")
                return None
        shown = {str(each.pk): each.version for each in chosen}
        context = {
            "title": f"批量修改 {len(chosen)} 个{self.opts.verbose_name}", "chosen": chosen, "form": form,
            "picked": [(form[f"{PICK}{name}"], form[name]) for name in self.bulk_fields],
            "shown": request.POST["shown"] if sent else signing.dumps(shown, salt=SALT, compress=True),
            "checkbox": ACTION_CHECKBOX_NAME, "media": self.media + form.media,
        }  # fmt: skip
        return self.page(request, "admin/bulk_edit.html", context)

    def _bulk_form_fields(self, request: HttpRequest) -> dict[str, forms.Field]:
        return {
            name: self.formfield_for_dbfield(self.opts.get_field(name), request=request)
            for name in self.bulk_fields
        }
