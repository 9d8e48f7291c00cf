"""期次: the figures of a period frozen as they stand, and frozen anew with a reason when they have changed."""

from typing import Any

from django.db import IntegrityError, connection, transaction

from guandu.accounts.checks import require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.bulk_rows import put
from guandu.core.digests import spelt
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period, PeriodKind
from targets.enums_publication import PublicationKind
from targets.models import Publication, PublishedFigure
from targets.queries.freshness import is_due
from targets.queries.publications import compared, newest, rows_of
from targets.queries.publishing import (
    CONTENT,
    Coverage,
    Row,
    coverage_of,
    digest_of_rows,
    figures_of,
    frozen_rows,
)

LONGEST = {"note": 300, "document": 120}
_JSON = frozenset({"certified_values", "facts"})
_KINDS = {
    PublicationKind.FLASH: (frozenset({PeriodKind.QUARTER}), "快报按季度发布，报告期请写成 2026Q3。"),
    PublicationKind.ANNUAL: (frozenset({PeriodKind.YEAR}), "年报按年度发布，报告期请写成 2026。"),
    PublicationKind.RATING: (frozenset({PeriodKind.QUARTER, PeriodKind.YEAR}), "评定取数按季度或年度办理。"),
}


@action("publication.issue")
def issue(
    *, kind: str, period: Period, document: str = "", note: str = "", accepted: str = "", seen: str = "", by: Actor
) -> Publication:
    """Freeze every 核定 figure of the period, all or nothing.

    `accepted` repeats the coverage ("12/14") where it is not whole; `seen` is the digest of what was previewed.
    Raises NotAllowed, Invalid, NotReady (published already, a roll-up waits, numbers lack), Conflict.
    """
    require(by, Permission.PUBLICATION_ISSUE, to="发布期次")
    _check_period(kind, period)
    texts = _texts(document=document, note=note)
    first = newest(kind, period.code)
    if first:
        raise NotReady(f"{first.title}已经发布。数据有变动的，请在该期次发布修订。")
    rows, coverage = _content(period, accepted, seen)
    replaced = newest(PublicationKind.FLASH, _quarter(period).code) if kind == PublicationKind.ANNUAL else None
    count = len(compared(rows_of(replaced), rows)) if replaced else 0
    more = {"kind": kind, "period": period.code, "replaces": replaced}
    return _freeze(rows, coverage, by, changed_count=count, **more, **texts)


@action("publication.revise")
def revise(*, publication: Publication, note: str, document: str = "", accepted: str = "", seen: str = "", by: Actor) -> Publication:
    """Freeze the figures of the period anew as the next revision, for a reason.

    Raises NotAllowed, Invalid without a reason, NotReady (nothing has changed, a 年报 stands in its place, a
    roll-up waits, numbers lack), Conflict (a newer revision).
    """
    require(by, Permission.PUBLICATION_ISSUE, publication, to="修订期次")
    about(publication)
    texts = _texts(document=document, note=note, needed="note")
    # Whoever revises at the same time waits here and then finds a newer one.
    row = Publication.objects.select_for_update().get(pk=publication.pk)
    _refuse_replaced(row)
    rows, coverage = _content(Period.parse(row.period), accepted, seen)
    found = compared(rows_of(row), rows)
    if not found:
        raise NotReady("数据与上次发布的完全一致，不需要修订。")
    more = {"kind": row.kind, "period": row.period, "revision": row.revision + 1, "replaces": row}
    return _freeze(rows, coverage, by, changed_count=len(found), **more, **texts)


def _check_period(kind: str, period: Period) -> None:
    if kind not in _KINDS:
        raise Invalid("请选择快报或年报。", errors=[("kind", "请选择快报或年报。")])
    kinds, sentence = _KINDS[PublicationKind(kind)]
    if period.kind not in kinds:
        raise Invalid(sentence, errors=[("period", sentence)])
    if period.last_day >= clock.today():
        raise NotReady(f"{period.label}还没有结束，不能发布。")


def _refuse_replaced(row: Publication) -> None:
    if newest(row.kind, row.period) != row:
        raise Conflict(f"{row.title}已有新的修订，请刷新页面，在最新一次上办理。")
    if row.kind == PublicationKind.FLASH and newest(PublicationKind.ANNUAL, str(row.quarter.year)) and row.quarter.last == 12:
        raise NotReady(f"{row.title}已由年报替代，数据有变动的，请修订年报。")


def _content(period: Period, accepted: str, seen: str) -> tuple[list[Row], Coverage]:
    quarter = _quarter(period)
    figures = figures_of(quarter)
    # Held, so that no roll-up stores its figures between the queries that read them.
    held = list(figures.select_for_update().values_list("pk", flat=True))
    if is_due(quarter):
        raise NotReady(f"{quarter.label}的汇总待更新，请等汇总完成后再发布。", missing=["汇总计算未完成"])
    rows = frozen_rows(figures) if held else []
    if not rows:
        raise NotReady(f"{period.label}还没有核定数据，不能发布。")
    coverage = coverage_of(rows)
    if not coverage.is_whole and accepted != coverage.words:
        sentence = f"{coverage.words} 个园区的数据报齐，还有未核定的数据。请核对缺项，确认后再发布。"
        raise NotReady(sentence, missing=coverage.sentences)
    if seen and seen != digest_of_rows(rows):
        raise Conflict("数据在您查看之后有变动，没有发布。请看过最新的内容后再办理。")
    return rows, coverage


def _quarter(period: Period) -> Period:
    return Period.quarter_of(period.last_day)


def _texts(*, needed: str = "", **typed: str) -> dict[str, str]:
    texts = {name: " ".join(text.split()) for name, text in typed.items()}
    errors = [(name, f"最多 {LONGEST[name]} 个字。") for name, text in texts.items() if len(text) > LONGEST[name]]
    if needed and not texts[needed]:
        errors.append((needed, "请写明修订原因。"))
    if errors:
        raise Invalid(errors[0][1], errors=errors)
    return texts


def _freeze(rows: list[Row], coverage: Coverage, by: Actor, **values: Any) -> Publication:
    """The publication with its rows; it is shut by its digest, set last."""
    made = _opened(
        expected=coverage.expected, reported=coverage.reported, row_count=len(rows),
        from_work_forms=any(row["from_work_form"] for row in rows), issued_by=by.actor_name,
        issued_unit=by.unit.name if isinstance(by, User) else "", issued_on=clock.today(), issued_at=clock.now(),
        **values,
    )  # fmt: skip
    columns = {"publication_id": [made.pk] * len(rows), "position": list(range(1, len(rows) + 1))}
    columns |= {name: [_stored(name, row[name]) for row in rows] for name in CONTENT}
    put(PublishedFigure._meta.db_table, list(columns), list(columns.values()))
    made.digest = digest_of_rows(rows)
    made.save(update_fields=["digest"])
    about(made)
    after = {
        "kind": made.kind, "period": made.period, "revision": made.revision, "document": made.document,
        "rows": made.row_count, "changed": made.changed_count, "coverage": coverage.words, "digest": made.digest,
    }  # fmt: skip
    rows_after = {"rows": made.row_count, "content": made.digest}
    changed([
        Change("targets.publication", str(made.pk), str(made), None, after),
        Change(PublishedFigure._meta.label_lower, str(made.pk), str(made), None, rows_after),
    ])  # fmt: skip
    return made


def _opened(**values: Any) -> Publication:
    try:
        with transaction.atomic():
            return Publication.objects.create(**values)
    except IntegrityError as error:
        raise NotReady("这一期刚刚由另一位同事发布，请刷新页面查看。") from error


def _stored(name: str, value: Any) -> Any:
    if name in _JSON:
        return spelt(value)
    return connection.ops.adapt_datetimefield_value(value) if name == "computed_at" else value


@action("publication.export")
def export(*, publication: Publication, count: int, by: Actor) -> None:
    """Say in the trail who took the rows of a publication as a file. Raises NotAllowed."""
    require(by, Permission.FIGURE_VIEW, publication, to="导出发布的数据")
    about(publication)
    changed([Change("targets.publication", str(publication.pk), str(publication), None, {"exported": count})])
