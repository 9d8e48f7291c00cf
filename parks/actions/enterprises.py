"""Firms, where they sit and what they hold."""

from collections.abc import Sequence
from datetime import date

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as BadCode

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from parks.models import Enterprise, Honour, Park, Tenancy


@action("enterprise.create")
def create(*, code: str, name: str, credit_code: str = "", is_demo: bool = False, by: Actor) -> Enterprise:
    """A new firm. The credit code may be empty (待核); a wrong one is refused."""
    require(by, Permission.PARK_EDIT, to="登记企业")
    firm = Enterprise(code=code, name=name, credit_code=checked_credit_code(credit_code), is_demo=is_demo)
    firm.full_clean()
    firm.save(force_insert=True)
    created(firm)
    return firm


@action("enterprise.move_in")
def move_in(*, enterprise: Enterprise, park: Park, on: date, by: Actor) -> Tenancy:
    """The firm is in the park from `on`."""
    require(by, Permission.PARK_EDIT, park, to="登记企业入驻")
    about(enterprise)
    tenancy = Tenancy(park=park, enterprise=enterprise, valid_from=on)
    tenancy.full_clean()
    tenancy.save(force_insert=True)
    created(tenancy)
    return tenancy


@action("enterprise.honour")
def honour(
    *, enterprise: Enterprise, kind: str, valid_from: date, valid_to: date | None, document: str = "", by: Actor
) -> Honour:
    """The firm holds the honour on [valid_from, valid_to)."""
    require(by, Permission.PARK_EDIT, to="登记企业荣誉")
    about(enterprise)
    row = Honour(
        enterprise=enterprise, kind=kind, valid_from=valid_from, valid_to=valid_to, document=document
    )
    row.full_clean()
    row.save(force_insert=True)
    created(row)
    return row


@action("enterprise.enter_many")
def enter_many(*, rows: Sequence[dict], by: Actor) -> list[Enterprise]:
    """Firms with park, day and honours in one event; all or none. Each row: code, name, credit_code,
    park, on, honours (kind, valid_from, valid_to), is_demo."""
    firms = []
    for row in rows:
        firm = create(
            code=row["code"], name=row["name"], credit_code=row["credit_code"], is_demo=row["is_demo"], by=by
        )
        move_in(enterprise=firm, park=row["park"], on=row["on"], by=by)
        for kind, start, end in row["honours"]:
            honour(enterprise=firm, kind=kind, valid_from=start, valid_to=end, by=by)
        firms.append(firm)
    return firms


def checked_credit_code(text: str) -> str:
    """The code normalised (width, case, blanks); "" for none. Raises Invalid for a wrong one."""
    if not text.strip():
        return ""
    try:
        return uscc.validate(text)
    except BadCode as error:
        raise Invalid(
            f"统一社会信用代码“{text}”不正确，请对照营业执照核对 18 位代码。", errors=[("credit_code", "代码不正确")]
        ) from error
