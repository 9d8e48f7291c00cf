"""Attaching, removing, fetching; and the nightly look at what lies in the folder."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Model, ProtectedError, Sum
from django.db.models.functions import Coalesce

from guandu.accounts.checks import require_service
from guandu.audit.actions import about, action, changed, concerning, created, removed
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor, Service
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.files import storage
from guandu.files.inspection import Checked
from guandu.files.kinds import in_words
from guandu.files.models import Attachment, StoredFile
from guandu.files.owners import OwnerKind, owner_kind

WATCH = Service("files-watch", "附件巡检")
# How long what nothing points at is left: an upload that is under way is far younger.
LEFT_FOR = timedelta(days=1)
MOST_KEPT, LONGEST = 100, 200


@action("attachment.add")
def add(*, kind: str, owner: Model, file: Checked, by: Actor) -> Attachment:
    """Store the file, which was looked at before this transaction began, and attach it to `owner`. The same
    content on the same owner is one attachment, which is answered. Raises NotAllowed, NotReady, Invalid,
    StorageAway."""
    declared = owner_kind(kind)
    _refuse_unseen(declared, owner, by)
    declared.refuse_change(owner, by)
    about(owner)
    if file.kind not in declared.takes:
        raise Invalid(f"这里只接收 {in_words(declared.takes)}。请另存后再上传。")
    there = Attachment.objects.of(kind, owner).filter(file__digest=file.digest).select_related("file").first()
    # Stored again also where it is there: what was lost or spoilt is whole once more.
    storage.put(file.data, file.digest)
    if there:
        return there
    _refuse_more(declared, owner, file.size)
    stored, is_new = StoredFile.objects.get_or_create(
        digest=file.digest,
        defaults={"size": file.size, "kind": file.kind.code, "stored_at": clock.now()},
    )
    if is_new:
        created(stored)
    person = by if by.actor_kind == "user" else None
    attachment = Attachment.objects.create(
        owner_kind=kind,
        owner_key=owner.pk,
        file=stored,
        name=file.name,
        added_by=person,
        added_name=by.actor_name,
        added_unit=person.unit.name if person else "",
        added_at=clock.now(),
    )
    created(attachment)
    return attachment


@action("attachment.remove")
def remove(*, attachment: Attachment, owner: Model, by: Actor) -> None:
    """Take the attachment off its owner; the file itself stays while anything else points at it.
    Raises NotAllowed, NotReady also where a row of the owner's room keeps it."""
    declared = owner_kind(attachment.owner_kind)
    if attachment.owner_key != owner.pk:
        raise NotAllowed("这个附件不属于所办理的事项。请刷新页面后重新办理。")
    _refuse_unseen(declared, owner, by)
    declared.refuse_change(owner, by)
    about(owner)
    removed(attachment)
    try:
        attachment.delete()
    except ProtectedError as error:
        raise NotReady("这个附件已随报送的内容封存，不能移除。") from error


@action("attachment.fetch")
def record_fetch(*, attachment: Attachment, by: Actor) -> None:
    """Say in the trail who takes the file out. Raises NotAllowed."""
    if not Attachment.objects.visible_to(by).filter(pk=attachment.pk).exists():
        raise NotAllowed("您没有下载这个附件的权限。如确需使用，请联系园区发展办。")
    about(attachment, reason=f"{attachment.name}，{attachment.file.digest[:12]}")


@action("files.alarm")
def alarm(*, sentences: Sequence[str], by: Actor) -> None:
    """Say in the trail which files are lost or altered. Raises NotAllowed for a person."""
    require_service(by, to="附件告警")
    concerning("files.storedfile", "", "附件文件", reason=sentences[0][:LONGEST])
    after = {"found": len(sentences), "sentences": list(sentences[:MOST_KEPT])}
    changed([Change("files.storedfile", "", "附件文件", None, after)])


@action("files.sweep")
def sweep(*, by: Actor) -> int:
    """Forget contents that nothing points at, once they are a day old; how many. Raises NotAllowed for a person."""
    require_service(by, to="附件清理")
    before = clock.now() - LEFT_FOR
    concerning("files.storedfile", "", "附件文件")
    loose = list(StoredFile.objects.filter(attachments=None, stored_at__lt=before))
    for file in loose:
        removed(file)
        file.delete()
    return len(loose)


def sweep_folder() -> int:
    """Remove from the folder what was never finished and what no row knows, once it is a day old; how
    many. Apart from any transaction: a row that is rolled back has its file still."""
    moment = (clock.now() - LEFT_FOR).timestamp()
    count = storage.sweep_unfinished(moment)
    paths = {path.name: path for path in storage.stored_before(moment)}
    known = set(StoredFile.objects.values_list("digest", flat=True))
    return count + sum(storage.discard(paths[name], moment) for name in paths.keys() - known)


def _refuse_unseen(kind: OwnerKind, owner: Model, by: Actor) -> None:
    if not kind.visible(by).filter(pk=owner.pk).exists():
        raise NotAllowed(f"您没有办理这份{kind.name}附件的权限。如确需办理，请联系园区发展办。")


def _refuse_more(kind: OwnerKind, owner: Model, size: int) -> None:
    """Lock the owner, so that two uploads do not both take the last place."""
    type(owner)._base_manager.select_for_update(of=("self",)).get(pk=owner.pk)
    there = Attachment.objects.of(kind.code, owner).aggregate(
        count=Count("pk"), total=Coalesce(Sum("file__size"), 0)
    )
    if there["count"] >= settings.FILES_MOST_ON_OWNER:
        raise NotReady(f"这里已有 {there['count']} 个附件，达到上限。请先移除不需要的，或合并成一份 PDF。")
    if there["total"] + size > settings.FILES_MOST_BYTES_ON_OWNER:
        most = settings.FILES_MOST_BYTES_ON_OWNER // 1024 // 1024
        raise NotReady(f"这里的附件合计将超过 {most} MB。请先移除不需要的，或压缩后再上传。")
