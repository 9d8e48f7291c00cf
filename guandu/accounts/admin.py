"""Units, accounts and grants in the officials' admin."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from knox.models import AuthToken
from unfold.decorators import action

from guandu.accounts import scopes
from guandu.accounts.actions import grants, units, users
from guandu.accounts.models import Grant, Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.reauthentication import recently_authenticated
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.core import clock
from guandu.web.admin import OfficialAdmin, ReadOnlyInline
from guandu.web.admin_fields import Confirmation, choice, day, text

# Kept by pages and actions of our own, or not used at all.
PACKAGE_MODELS = (
    Group, AuthToken, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession,
)  # fmt: skip
for package_model in PACKAGE_MODELS:
    if admin.site.is_registered(package_model):
        admin.site.unregister(package_model)


@admin.register(Unit)
class UnitAdmin(OfficialAdmin):
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = add_permission = Permission.REFERENCE_EDIT
    list_display = ("name", "short_name", "kind", "parent", "to_confirm", "code")
    list_filter = ("kind", "to_confirm")
    list_select_related = ("parent",)
    search_fields = ("name", "short_name", "code")
    fields = ("code", "name", "short_name", "kind", "parent", "to_confirm", "note")

    def add_row(self, request, values):
        return units.create(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return units.update(unit=obj, values=values, seen=seen, by=request.user)


class GrantForm(forms.Form):
    """A role over a scope, with its dates."""

    role = choice("角色", [("", "请选择"), *RoleCode.choices])
    scope = choice("范围", [], help_text="角色只能按它自己的范围类型授予")
    since = day("起始日期")
    until = day("终止日期", required=False, help_text="不含当日；留空表示至今有效")
    seat = choice("AB角", [("", "不分"), *Grant.Seat.choices], required=False, help_text="同一单位的同一岗位一名A角、一名B角")
    reason = text("依据", help_text="来函、文件或会议")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = clock.today()
        self.fields["scope"].choices = [("district:", "全区"), *map(_group, list(ScopeKind)[1:])]

    def clean_scope(self) -> tuple[str, str]:
        kind, _, code = self.cleaned_data["scope"].partition(":")
        return kind, code


class SeatForm(forms.Form):
    seat = choice("AB角", [("", "不分"), *Grant.Seat.choices], required=False, help_text="同一单位的同一岗位一名A角、一名B角")


def _group(kind: ScopeKind) -> tuple[str, list[tuple[str, str]]]:
    return kind.label, [(f"{kind}:{code}", name) for code, name in scopes.options(kind).items()]


class GrantInline(ReadOnlyInline):
    model = Grant
    fields = readonly_fields = ("role", "scope_text", "seat", "valid_from", "valid_to", "reason")
    verbose_name = verbose_name_plural = "授权"

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).named()

    @admin.display(description="范围")
    def scope_text(self, grant: Grant) -> str:
        return grant.scope_name


@admin.register(User)
class UserAdmin(OfficialAdmin):
    view_permission = Permission.ACCOUNT_VIEW
    edit_permission = add_permission = Permission.ACCOUNT_EDIT
    list_display = ("username", "name", "unit", "roles", "is_active", "last_login")
    list_filter = ("is_active", "unit__kind")
    list_select_related = ("unit",)
    search_fields = ("username", "name", "unit__name")
    fields = (
        "username", "name", "staff_no", "unit", "duty", "phone", "email", "is_active", "created_at", "last_login",
    )  # fmt: skip
    readonly_fields = ("is_active", "created_at", "last_login")
    fixed_fields = ("username",)
    inlines = (GrantInline,)
    actions_detail = ("give_grant", "reset_password", "switch_active")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("grants")

    def get_fields(self, request: HttpRequest, obj=None):
        given = super().get_fields(request, obj)
        return given if obj else [name for name in given if name not in self.readonly_fields]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        # Who opens accounts need not read the register to say where a person works.
        if db_field.name == "unit":
            kwargs["queryset"] = Unit.objects.order_by("kind", "code")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_grant_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.may(Permission.GRANT_EDIT)

    @admin.display(description="角色")
    def roles(self, user: User) -> str:
        today = clock.today()
        held = [grant.get_role_display() for grant in user.grants.all() if grant.in_force(today)]
        return "、".join(dict.fromkeys(held)) or "—"

    def add_row(self, request, values):
        return users.create(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return users.update(user=obj, values=values, seen=seen, by=request.user)

    @action(description="授予角色", url_path="give-grant", permissions=["grant"], icon="key")
    @recently_authenticated
    def give_grant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.visible_or_404(request, object_id)

        def run(data: dict) -> str:
            kind, code = data.pop("scope")
            grants.give(user=user, scope_kind=kind, scope_code=code, by=request.user, **data)
            return "已授予。"

        return self.form_page(
            request, user, GrantForm(request.POST or None), title="授予角色", verb="授予", run=run
        )

    @action(description="重置口令", url_path="reset-password", permissions=["change"], icon="password")
    @recently_authenticated
    def reset_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.visible_or_404(request, object_id)
        password = users.one_time_password()

        def run(data: dict) -> str:
            users.set_password(user=user, password=password, by=request.user)
            return f"新口令（只显示这一次）：{password}"

        sentence = "确认后生成一个一次性口令，该账号已登录的会话随即结束。"
        form = Confirmation(request.POST or None, sentence=sentence)
        return self.form_page(request, user, form, title="重置口令", verb="生成新口令", run=run)

    @action(description="停用或启用", url_path="switch-active", permissions=["change"], icon="toggle_on")
    @recently_authenticated
    def switch_active(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.visible_or_404(request, object_id)
        step, verb = (users.disable, "停用") if user.is_active else (users.enable, "启用")

        def run(data: dict) -> str:
            step(user=user, reason=data["reason"], by=request.user)
            return f"账号已{verb}。"

        form = Confirmation(request.POST or None, sentence=f"确认后{verb}账号“{user.username}”。")
        return self.form_page(request, user, form, title=f"{verb}账号", verb=verb, run=run)


@admin.register(Grant)
class GrantAdmin(OfficialAdmin):
    view_permission = Permission.ACCOUNT_VIEW
    list_display = ("user", "role", "scope_text", "seat", "valid_from", "valid_to", "reason")
    list_filter = ("role", "scope_kind")
    list_select_related = ("user__unit",)
    search_fields = ("user__username", "user__name")
    fields = ("user", "role", "scope_text", "seat", "valid_from", "valid_to", "reason")
    readonly_fields = ("scope_text",)
    fixed_fields = ()
    actions_detail = ("set_seat", "revoke")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).named()

    def has_grant_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.may(Permission.GRANT_EDIT)

    @admin.display(description="范围")
    def scope_text(self, grant: Grant) -> str:
        return grant.scope_name

    @action(description="确定AB角", url_path="seat", permissions=["grant"], icon="group")
    @recently_authenticated
    def set_seat(self, request: HttpRequest, object_id: str) -> HttpResponse:
        grant = self.visible_or_404(request, object_id)

        def run(data: dict) -> str:
            grants.set_seat(grant=grant, seat=data["seat"], by=request.user)
            return "AB角已确定。"

        form = SeatForm(request.POST or None, initial={"seat": grant.seat})
        return self.form_page(request, grant, form, title="确定AB角", verb="确定", run=run)

    @action(description="收回授权", url_path="revoke", permissions=["grant"], icon="key_off")
    @recently_authenticated
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        grant = self.visible_or_404(request, object_id)

        def run(data: dict) -> str:
            grants.revoke(grant=grant, reason=data["reason"], by=request.user)
            return "授权已收回。"

        form = Confirmation(request.POST or None, sentence="确认后该授权自今日起不再有效，记录保留。")
        return self.form_page(request, grant, form, title="收回授权", verb="收回", run=run)
