"""A scheme that scored a park, or was issued, stays as it was: the database sees to it."""

from guandu.core.triggers import Guard

_SCHEMES = "rating_scheme"
_USED = "已用于试算或已印发的评定方案不能修改或删除，请另立新版本（used scheme）"
_ISSUED = "已印发的评定方案不能退回草案，请另立新版本（issued scheme）"
_KEPT = ("code", "version", "title", "text", "digest")
_CHANGED = " OR ".join(f'NEW."{name}" <> OLD."{name}"' for name in _KEPT)
_IS_USED = (
    "OLD.\"state\" <> 'draft' OR EXISTS "
    '(SELECT 1 FROM "rating_assessment" WHERE "rating_assessment"."scheme_id" = OLD."id")'
)

GUARDS = (
    Guard("rating_used_scheme_update", _SCHEMES, "UPDATE", _USED, f"({_CHANGED}) AND ({_IS_USED})"),
    Guard("rating_used_scheme_delete", _SCHEMES, "DELETE", _USED, _IS_USED),
    Guard(
        "rating_issued_scheme", _SCHEMES, "UPDATE", _ISSUED, "OLD.\"state\" <> 'draft' AND NEW.\"state\" = 'draft'"
    ),
)
