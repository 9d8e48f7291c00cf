"""A file that came for a return, from its bytes to a reading of it; and a kept one read again."""

from dataclasses import dataclass

from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from guandu.exchange.workbooks import read_workbook
from guandu.files import storage
from guandu.files.inspection import Checked, check
from guandu.files.kinds import XLSX
from guandu.files.models import Attachment
from targets.actions.attached import ON_WORKBOOK
from targets.exchange.return_reader import identity_in, read_return, refuse_other
from targets.models import Return, ReturnWorkbook
from targets.queries.locks import lock_of
from targets.queries.workbooks import outgoing, return_of_identity
from targets.readings import Reading


@dataclass(frozen=True)
class Received:
    file: Checked
    reading: Reading


def receive(return_: Return, data: bytes, name: str, user: Actor) -> Received:
    """Raises Invalid where the file is not this return's workbook; then nothing more of it was read."""
    sheets = read_workbook(data, name)
    said = identity_in(sheets)
    refuse_other(said, return_)
    file = check(data, name, (XLSX,))
    return Received(file, read_return(sheets, outgoing(return_, user), said))


def read_again(workbook: ReturnWorkbook, return_: Return, user: Actor) -> tuple[bytes, Reading]:
    """The kept file and what it says to the return as it is now. Raises Invalid, StorageAway."""
    attachment = original(workbook)
    with storage.opened(attachment.file.digest, attachment.file.size) as file:
        data = file.read()
    sheets = read_workbook(data, attachment.name)
    return data, read_return(sheets, outgoing(return_, user), identity_in(sheets))


def original(workbook: ReturnWorkbook) -> Attachment:
    """The file as it came; scans stand beside it."""
    of = Attachment.objects.of(ON_WORKBOOK, workbook).select_related("file")
    return of.get(file__digest=workbook.file_digest)


def receive_for(returns, data: bytes, name: str, user: Actor) -> tuple[Return, Received]:
    """The one of `returns` that the file was made for, and what it says. Raises Invalid, NotReady where it is not open."""
    sheets = read_workbook(data, name)
    said = identity_in(sheets)
    return_ = return_of_identity(said, returns)
    if return_ is None:
        raise Invalid("这份工作簿不是本期这张报表的，或者对象不在本期应报之列，没有读取。")
    if return_.draft is None:
        raise NotReady(lock_of(return_).sentence)
    file = check(data, name, (XLSX,))
    return return_, Received(file, read_return(sheets, outgoing(return_, user), said))
