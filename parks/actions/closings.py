"""What the end of a firm ends: where it is a tenant, and the space that it uses."""

from datetime import date

from guandu.audit.actions import checked, updated
from guandu.audit.changes import snapshot
from guandu.core.errors import Invalid
from guandu.core.models import DatedModel
from parks.enums import LeavingReason
from parks.models import Enterprise, Occupancy, Tenancy


def end_tenancies(enterprise: Enterprise, on: date) -> None:
    """Every tenancy still in force on `on` ends there, with its space; runs inside an action.
    Raises Invalid when one begins on that day or later, for it cannot end before it begins."""
    tenancies = [each for each in enterprise.tenancies.all() if _lasts(each, on)]
    _refuse_later(tenancies, on)
    for tenancy in tenancies:
        for occupancy in Occupancy.objects.filter(tenancy=tenancy):
            if _lasts(occupancy, on):
                _end(occupancy, on)
        _end(tenancy, on, leaving_reason=LeavingReason.CLOSED)


def _lasts(row: DatedModel, on: date) -> bool:
    return row.valid_to is None or row.valid_to > on


def _refuse_later(tenancies: list[Tenancy], on: date) -> None:
    """Without the parks' names: whoever hears this may not see them all."""
    later = [each.valid_from for each in tenancies if each.valid_from >= on]
    if later:
        sentence = f"该企业登记有自 {max(later)} 起的入驻，注销日期须晚于这一天；入驻日期有误的，请先订正。"
        raise Invalid(sentence, errors=[("closed_on", sentence)])


def _end(row: DatedModel, on: date, **values: str) -> None:
    before = snapshot(row)
    row.valid_to = on
    for name, value in values.items():
        setattr(row, name, value)
    checked(row).save()
    updated(row, before)
