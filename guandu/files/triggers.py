"""What was attached stays what it was: the database sees to it."""

from guandu.core.triggers import Guard

_ALTERED = "附件只能加入和移除，不能改换（attachment is never altered）"
_OTHER_CONTENT = "已存入的文件不能改换内容（stored file is never altered）"


def _differs(column: str) -> str:
    return f'NEW."{column}" <> OLD."{column}"'


GUARDS = (
    Guard("files_attachment_update", "files_attachment", "UPDATE", _ALTERED),
    Guard(
        "files_stored_update", "files_storedfile", "UPDATE", _OTHER_CONTENT,
        " OR ".join(_differs(column) for column in ("digest", "size", "kind")),
    ),
)  # fmt: skip
