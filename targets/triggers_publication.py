"""What was published stays as it was published: a publication is shut once its digest stands, its rows from then on."""

from guandu.core.triggers import Guard

_PUBLICATIONS, _ROWS = "targets_publication", "targets_publishedfigure"
_PUBLISHED = "已发布的期次不能修改或删除，只能另发修订（published）"
_LOCKED_ROW = "已发布的数据不能增删改，只能另发修订（published row）"
_IS_SHUT = (
    f'EXISTS (SELECT 1 FROM "{_PUBLICATIONS}" WHERE "{_PUBLICATIONS}"."id" = NEW."publication_id" '
    f"AND \"{_PUBLICATIONS}\".\"digest\" <> '')"
)

GUARDS = (
    Guard("targets_publication_update", _PUBLICATIONS, "UPDATE", _PUBLISHED, "OLD.\"digest\" <> ''"),
    Guard("targets_publication_delete", _PUBLICATIONS, "DELETE", _PUBLISHED),
    Guard("targets_published_insert", _ROWS, "INSERT", _LOCKED_ROW, _IS_SHUT),
    Guard("targets_published_update", _ROWS, "UPDATE", _LOCKED_ROW),
    Guard("targets_published_delete", _ROWS, "DELETE", _LOCKED_ROW),
)
