"""The base of every page of the officials' admin.

A list starts at `visible_to`, a right is a Permission, a write is an action, and a refusal of an
action is an error of the form: nothing that was typed is lost.
"""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold import admin as unfold
from unfold.forms import PaginationInlineFormSet

from guandu.accounts.permissions import Permission
from guandu.audit.changes import snapshot
from guandu.audit.queries import history_of
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.web.admin_fields import KnownKeys
from guandu.web.posted import refuse_unknown

SALT = "guandu.web.admin.seen"
BUTTONS = {"_save", "_continue", "_addanother"}


class OfficialForm(forms.ModelForm):
    """A form that knows what the person was shown, so that nobody's change is written over unseen."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    # Put here by the admin when an action refused what this form said.
    refusal: PortalError | None = None

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "seen" in self.fields:
            self.fields["seen"].initial = _signed(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.instance.pk:
            data["seen"] = self._read_seen()
        if self.refusal:
            self._show(self.refusal)
        return data

    @property
    def said(self) -> dict[str, Any]:
        """What the person said, without the form's own field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    @property
    def altered(self) -> dict[str, Any]:
        """What of it differs from the row."""
        return {name: value for name, value in self.said.items() if name in self.changed_data}

    def refuse(self, refusal: PortalError) -> None:
        """Show what an action refused after this form was found whole."""
        self._show(refusal)

    def _read_seen(self) -> dict[str, Any]:
        try:
            return signing.loads(self.cleaned_data.get("seen", ""), salt=SALT)
        except signing.BadSignature as error:
            raise forms.ValidationError("这个页面已失效，请重新打开后再修改。") from error

    def _show(self, refusal: PortalError) -> None:
        if isinstance(refusal, Conflict):
            self._show_conflict(refusal)
        elif isinstance(refusal, Invalid) and refusal.errors:
            for name, sentence in refusal.errors:
                self.add_error(name if name in self.fields else None, sentence)
        else:
            missing = refusal.missing if isinstance(refusal, NotReady) else ()
            self.add_error(None, [refusal.message, *missing])

    def _show_conflict(self, refusal: Conflict) -> None:
        lines = [f"{label}：现为“{theirs}”，您填的是“{yours}”。" for label, theirs, yours in refusal.changes]
        self.add_error(None, [refusal.message, *lines, "您填写的内容仍在下方；再次保存即以您填写的为准。"])
        self.data = self.data.copy()
        self.data["seen"] = _signed(type(self.instance)._base_manager.get(pk=self.instance.pk))


def _signed(obj: models.Model) -> str:
    return signing.dumps(snapshot(obj), salt=SALT, compress=True)


class _NoTransaction(admin.ModelAdmin):
    """The action opens its own transaction; within an outer one the record of a denial would be lost."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        return self._changeform_view(request, object_id, form_url, extra_context)


class OfficialAdmin(unfold.ModelAdmin, _NoTransaction):
    """Subclasses name `view_permission`, `edit_permission` and `add_permission` (None: nobody), and
    answer `add_row` and `change_row` by calling actions."""

    view_permission: Permission
    edit_permission: Permission | None = None
    add_permission: Permission | None = None
    form = OfficialForm
    actions = None
    list_per_page = 50
    list_filter_submit = False
    warn_unsaved_form = True
    empty_value_display = "—"
    show_full_result_count = False
    change_form_before_template = "admin/seen.html"
    # Shown to everybody who may see the row, changed by nobody here.
    fixed_fields: tuple[str, ...] = ("code",)

    def add_row(self, request: HttpRequest, values: dict[str, Any]) -> models.Model:
        raise NotImplementedError

    def change_row(
        self, request: HttpRequest, obj: models.Model, values: dict[str, Any], seen: dict[str, Any]
    ) -> models.Model:
        raise NotImplementedError

    # Who sees and does what

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).visible_to(request.user, self.view_permission)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_authenticated and request.user.may(self.view_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if self.edit_permission is None or not request.user.is_authenticated:
            return False
        return request.user.may(self.edit_permission, obj if isinstance(obj, models.Model) else None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return (
            self.add_permission is not None
            and request.user.is_authenticated
            and request.user.may(self.add_permission)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    # What a form offers

    def get_inlines(self, request: HttpRequest, obj: Any):
        """What stands beside a row; a new row has nothing beside it yet."""
        return super().get_inlines(request, obj) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None):
        return [name for name in super().get_fields(request, obj) if name != "seen"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None):
        fixed = [name for name in self.fixed_fields if obj is not None]
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        self._offer_visible(db_field, request, kwargs)
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = KnownKeys(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request: HttpRequest, **kwargs):
        self._offer_visible(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            for link in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
                setattr(field.widget, link, False)
        return field

    def _offer_visible(self, db_field, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        rows = db_field.related_model._default_manager.all()
        if "queryset" not in kwargs and hasattr(rows, "visible_to"):
            kwargs["queryset"] = rows.visible_to(request.user)

    # Writing

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PortalError as refusal:
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        refuse_unknown(request, {*form.fields, *BUTTONS, *self._keys_beside(request, obj)})
        if change:
            self.change_row(request, obj, form.altered, form.cleaned_data["seen"])
        else:
            obj.pk = self.add_row(request, form.said).pk

    def _keys_beside(self, request: HttpRequest, obj: Any) -> list[str]:
        """What the page sends of the rows beside the object: how many there are, and their keys."""
        found = []
        for inline in self.get_inline_instances(request, obj):
            rows = inline.get_formset(request, obj)
            keys = rf"\d+-({rows.model._meta.pk.name}|{rows.fk.name})"
            name = re.compile(rf"{rows.get_default_prefix()}-({keys}|(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS)")
            found += [each for each in request.POST if name.fullmatch(each)]
        return found

    def save_related(self, request, form, formsets, change) -> None:
        """Rows beside the object are written by actions of their own."""

    def construct_change_message(self, request, form, formsets, add=False) -> list:
        """The trail has it."""
        return []

    def log_addition(self, request, obj, message) -> None:
        """The trail has it."""

    def log_change(self, request, obj, message) -> None:
        """The trail has it."""

    # Pages of their own

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None):
        obj = self.visible_or_404(request, object_id)
        context = {"title": "变更记录", "subtitle": str(obj), "entries": history_of(obj), "original": obj}
        return self.page(request, "admin/audit_trail.html", context)

    def visible_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """The object on whose page this is; outside the person's scope it does not exist."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return obj

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        given = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, given)

    def form_page(
        self,
        request: HttpRequest,
        obj: models.Model,
        form: forms.Form,
        *,
        title: str,
        verb: str,
        run: Callable[[dict[str, Any]], str | None],
    ) -> HttpResponse:
        """A form about `obj` whose data go to one action: `run(cleaned)` answers what to tell the
        person, or None when it has told already. A refusal is shown on the form."""
        if request.method == "POST" and form.is_valid():
            try:
                refuse_unknown(request, form.fields)
                told = run(form.cleaned_data)
            except PortalError as refusal:
                _add_refusal(form, refusal)
            else:
                self.message_user(request, told)
                return redirect(self.address_of(obj))
        context = {
            "title": title,
            "subtitle": str(obj),
            "original": obj,
            "form": form,
            "verb": verb,
            "back": self.address_of(obj),
            "media": self.media + form.media,
        }
        return self.page(request, "admin/action_form.html", context)

    def address_of(self, obj: models.Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])


def _add_refusal(form: forms.Form, refusal: PortalError) -> None:
    if isinstance(refusal, Invalid) and refusal.errors:
        for name, sentence in refusal.errors:
            form.add_error(name if name in form.fields else None, sentence)
    else:
        form.add_error(None, [refusal.message, *getattr(refusal, "missing", ())])


class ShownRows(PaginationInlineFormSet):
    """Rows to look at: nothing that a page sends of them is read, not even how many there are."""

    def __init__(self, *, data=None, files=None, **kwargs) -> None:
        super().__init__(**kwargs)

    def is_valid(self) -> bool:
        return True


class ReadOnlyInline(unfold.TabularInline):
    """Rows beside an object, to look at; they change by actions of their own."""

    formset = ShownRows
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False
    hide_title = True
    empty_value_display = "—"

    def get_queryset(self, request: HttpRequest):
        shown = [field.name for field in self.opts.concrete_fields if field.is_relation and field.name in self.fields]
        rows = super().get_queryset(request)
        return rows.select_related(*shown) if shown else rows

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
