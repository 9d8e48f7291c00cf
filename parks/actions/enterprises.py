"""Firms of the register: entered, described, corrected, closed. Renames with history are in naming,
who counts a firm is in attributions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed, edit, enter
from guandu.audit.changes import difference
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from parks.actions import closings
from parks.actions.naming import follow_correction
from parks.enums import CodeState, EnterpriseKind
from parks.models import Enterprise, EnterpriseName, Honour, Industry, Tenancy
from parks.validators import credit_code

EDITABLE = frozenset(
    {
        "name", "credit_code", "credit_code_state", "kind", "head_office", "industry", "is_service_body",
        "registered_street", "registered_address", "operating_street", "operating_address", "established_on",
        "closed_on", "note",
    }
)  # fmt: skip
MEMBERS = EDITABLE | {"code", "is_demo"}
NAMED = ("name", "credit_code")

Row = Mapping[str, Any]


@action("enterprise.create")
def create(*, code: str, name: str, is_demo: bool = False, by: Actor, **values: Any) -> Enterprise:
    """A new firm, whose first name is in force from its founding or from today.
    Raises NotAllowed, Invalid."""
    require(by, Permission.PARK_EDIT, to="登记企业")
    _refuse_unknown(values)
    firm = Enterprise(code=code, name=name, is_demo=is_demo, **_clean(values))
    _check(firm)
    enter(firm)
    enter(_first_name(firm, firm.established_on))
    return firm


@action("enterprise.update")
def update(
    *,
    enterprise: Enterprise,
    values: dict[str, Any],
    seen: dict[str, Any] | None = None,
    version: int | None = None,
    reason: str = "",
    by: Actor,
) -> Enterprise:
    """Change what EDITABLE names. A name or a code that stands already is corrected as the typing error
    it is, with a `reason` and without history. A closing day ends the firm's tenancies on that day.
    `seen` or `version` is what the person was shown. Raises NotAllowed, Invalid, Conflict.
    """
    require(by, Permission.PARK_EDIT, enterprise, to="修改企业")
    row = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    if version is not None and row.version != version:
        raise Conflict("您填写期间，他人已修改这家企业，请刷新后核对再保存。")
    values = _clean(values)
    about(row, reason=reason)
    _ask_reason(row, values, reason)
    return describe(row, values, seen=seen)


@action("enterprise.enter_many")
def enter_many(*, rows: Iterable[Row], by: Actor) -> list[Enterprise]:
    """New firms in one write. A row has `code`, `name`, and may have what MEMBERS names; `park` with
    `on`, the day it became a tenant; `honours` as (kind, from, to).
    Raises NotAllowed, Invalid; then nothing is written.
    """
    require(by, Permission.PARK_EDIT, to="登记企业")
    rows = list(rows)
    firms = [Enterprise(**_clean({name: row[name] for name in MEMBERS & set(row)})) for row in rows]
    _refuse_known(firms)
    _store(firms)
    pairs = list(zip(firms, rows, strict=True))
    _store([_first_name(firm, firm.established_on or row.get("on")) for firm, row in pairs])
    _store([Tenancy(enterprise=f, park=r["park"], valid_from=r["on"]) for f, r in pairs if r.get("park")])
    _store([_honour(firm, *each) for firm, row in pairs for each in row.get("honours", ())])
    return firms


def describe(
    enterprise: Enterprise, values: dict[str, Any], *, seen: dict[str, Any] | None = None
) -> Enterprise:
    """Give the firm `values` and see to what follows from them. Runs inside an action that has asked
    whether its actor may. Raises Invalid, Conflict."""
    before = Enterprise.objects.get(pk=enterprise.pk)
    wanted = Enterprise(**{field.attname: getattr(before, field.attname) for field in before._meta.concrete_fields})
    for name, value in values.items():
        if name in EDITABLE:
            setattr(wanted, name, value)
    _check(wanted)
    row = edit(enterprise, values, editable=EDITABLE, seen=seen)
    keep_name(row)
    if row.closed_on and row.closed_on != before.closed_on:
        closings.end_tenancies(row, row.closed_on)
    return row


def keep_name(firm: Enterprise) -> None:
    """The name in force says what the firm says; runs inside an action."""
    if firm.names.exists():
        follow_correction(firm)
    else:
        enter(_first_name(firm, firm.established_on))


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    found = dict(values)
    if "credit_code" in found:
        found["credit_code"] = credit_code(found["credit_code"])
        if not found["credit_code"]:
            found["credit_code_state"] = CodeState.PENDING
    if isinstance(found.get("industry"), str):
        found["industry"] = _industry(found["industry"])
    return found


def _industry(code: str) -> Industry | None:
    """By the code of GB/T 4754; None for none."""
    code = code.strip().upper()
    known = Industry.objects.filter(code=code).first()
    if code and known is None:
        sentence = f"行业分类中没有代码“{code[:20]}”，请填写门类、大类、中类或小类代码。"
        raise Invalid(sentence, errors=[("industry", sentence)])
    return known


def _check(firm: Enterprise) -> None:
    """What a field alone cannot tell. Raises Invalid with everything that is wrong."""
    today = clock.today()
    errors = [
        (name, f"{label}不能晚于今天。")
        for name, label in (("established_on", "成立日期"), ("closed_on", "注销日期"))
        if (day := getattr(firm, name)) and day > today
    ]
    errors += [
        (name, f"{label}只能选择街道。")
        for name, label in (("registered_street", "注册街道"), ("operating_street", "经营街道"))
        if (unit := getattr(firm, name)) and unit.kind != Unit.Kind.STREET
    ]
    if sentence := _wrong_head(firm):
        errors.append(("head_office", sentence))
    if errors:
        raise Invalid("填写内容有误，请按提示修改。", errors=errors)


def _wrong_head(firm: Enterprise) -> str:
    head = firm.head_office
    if head is None:
        return ""
    if firm.kind != EnterpriseKind.BRANCH:
        return "只有分支机构填写总公司，请先核对主体类型。"
    if head.pk == firm.pk:
        return "总公司不能是企业自己。"
    if head.kind == EnterpriseKind.BRANCH:
        return f"{head.name}本身是分支机构，请填写它的总公司。"
    return ""


def _ask_reason(firm: Enterprise, values: dict[str, Any], reason: str) -> None:
    """A first code is filled in; what stands already is not changed without a word."""
    altered = [
        str(firm._meta.get_field(name).verbose_name)
        for name in NAMED
        if name in values and getattr(firm, name) and getattr(firm, name) != values[name]
    ]
    if altered and not reason.strip():
        raise Invalid(
            f"订正{'、'.join(altered)}请写明原因。依法更名或换码的，请办理更名，以保留原来的名称和代码。",
            errors=[("reason", "请写明订正原因。")],
        )


def _first_name(firm: Enterprise, since: date | None) -> EnterpriseName:
    return EnterpriseName(
        enterprise=firm, name=firm.name, credit_code=firm.credit_code, valid_from=since or clock.today()
    )


def _honour(firm: Enterprise, kind: str, first: date, last: date | None) -> Honour:
    return Honour(enterprise=firm, kind_id=kind, valid_from=first, valid_to=last)


def _refuse_unknown(values: dict[str, Any]) -> None:
    unknown = sorted(set(values) - EDITABLE)
    if unknown:
        raise Invalid(f"企业没有这些内容：{'、'.join(unknown)}。")


def _refuse_known(firms: list[Enterprise]) -> None:
    """Firms and codes that the register or the same list holds already, all of them at once."""
    codes = [firm.code for firm in firms]
    credits = [firm.credit_code for firm in firms if firm.credit_code]
    known = set(Enterprise.objects.filter(code__in=codes).values_list("code", flat=True))
    taken = set(Enterprise.objects.filter(credit_code__in=credits).values_list("credit_code", flat=True))
    errors = [
        *[("code", f"编码 {code} 已被使用。") for code in _twice(codes, known)],
        *[("credit_code", f"{code} 已登记。") for code in _twice(credits, taken)],
    ]
    if errors:
        raise Invalid("有企业重复，未登记任何一家。", errors=errors)


def _twice(codes: list[str], known: set[str]) -> list[str]:
    """Those of `codes` that are known already or stand in the list more than once, each once."""
    met, found = set(known), {}
    for code in codes:
        if code in met:
            found[code] = True
        met.add(code)
    return [code for code in dict.fromkeys(codes) if code in found]


def _store(objects: list[models.Model]) -> None:
    if objects:
        type(objects[0])._default_manager.bulk_create(objects, batch_size=500)
        about(objects[0])
        changed(difference(each, None) for each in objects)
