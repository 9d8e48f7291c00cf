"""Standing sentences of papers: the repository's, or the 安全管理员's in their place."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, concerning, created, removed, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.documents.wording import check_wording
from targets.models import DocumentTemplate
from targets.papers.wordings import WORDINGS

MOVED = "这段措辞在您查看之后已被修改，请刷新页面核对后再保存。"


@action("document_template.edit")
def edit(*, key: str, text: str, seen: int = 0, by: Actor) -> DocumentTemplate:
    """Put `text` in the place of the repository's sentence. `seen` is the version that the person saw, 0 for none.
    Raises NotAllowed, Invalid (whatever is more than text with this sentence's places), Conflict."""
    require(by, Permission.DOCUMENT_TEMPLATE_EDIT, to="修改公文措辞")
    wording = _known(key)
    concerning("targets.documenttemplate", key, wording.name)
    said = check_wording(text, wording.places)
    row = DocumentTemplate.objects.select_for_update().filter(key=key).first()
    if (row.version if row else 0) != seen:
        raise Conflict(MOVED)
    who = {"changed_by": by.actor_name, "changed_at": clock.now()}
    if row is None:
        row = DocumentTemplate.objects.create(key=key, text=said, **who)
        created(row)
        return row
    before = snapshot(row)
    row.text, row.version, row.changed_by, row.changed_at = said, row.version + 1, who["changed_by"], who["changed_at"]
    row.save(update_fields=["text", "version", "changed_by", "changed_at"])
    updated(row, before)
    return row


@action("document_template.restore")
def restore(*, key: str, by: Actor) -> None:
    """The repository's sentence again. Raises NotAllowed, NotReady where it stands already."""
    require(by, Permission.DOCUMENT_TEMPLATE_EDIT, to="修改公文措辞")
    wording = _known(key)
    concerning("targets.documenttemplate", key, wording.name)
    row = DocumentTemplate.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise NotReady("现在用的就是默认措辞。")
    about(row)
    removed(row)
    row.delete()


def _known(key: str):
    if key not in WORDINGS:
        raise Invalid("没有这段措辞。", errors=[("key", "没有这段措辞。")])
    return WORDINGS[key]
