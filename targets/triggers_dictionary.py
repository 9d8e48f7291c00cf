"""What a number means stays as it was when the number was kept: units of used indicator versions, and
cells of forms that were asked, are fixed by the database too."""

from guandu.core.triggers import Guard

_VERSIONS = "targets_indicatorversion"
_CELLS = "targets_templatecell"

_USED_VERSION = "已有数据的指标版本不能改计量单位和存储小数位，请为该指标新建版本（used indicator version）"
_USED_CELL = "已布置过的报表不能增删改指标，请为该表新建版本（used return template）"


def _has_numbers(row: str) -> str:
    return " OR ".join(
        f'EXISTS (SELECT 1 FROM "{table}" WHERE "{table}"."indicator_version_id" = {row}."id")'
        for table in ("targets_certifiedvalue", "targets_figure")
    )


def _was_asked(row: str) -> str:
    return f'EXISTS (SELECT 1 FROM "targets_cycle" WHERE "targets_cycle"."template_id" = {row}."template_id")'


_MEANING_DIFFERS = " OR ".join(f'NEW."{name}" <> OLD."{name}"' for name in ("indicator_id", "unit", "scale"))
_CELL_DIFFERS = " OR ".join(
    f'NEW."{name}" <> OLD."{name}"' for name in ("template_id", "indicator_id", "is_required", "asks_base")
)

DICTIONARY_GUARDS = (
    Guard(
        "targets_used_version_update", _VERSIONS, "UPDATE", _USED_VERSION,
        f"({_MEANING_DIFFERS}) AND ({_has_numbers('OLD')})",
    ),
    Guard("targets_used_cell_insert", _CELLS, "INSERT", _USED_CELL, _was_asked("NEW")),
    Guard("targets_used_cell_update", _CELLS, "UPDATE", _USED_CELL, f"({_CELL_DIFFERS}) AND {_was_asked('OLD')}"),
    Guard("targets_used_cell_delete", _CELLS, "DELETE", _USED_CELL, _was_asked("OLD")),
)  # fmt: skip
