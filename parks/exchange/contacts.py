"""联系人: whom to call, the number masked. For export only: a file that waits for its confirmation would keep
whole numbers unsealed."""

from guandu.accounts.permissions import Permission
from guandu.exchange.columns import Column, ColumnsOf
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.exchange import offered
from parks.exchange.firms import FirmWidget
from parks.models import Contact

_column = ColumnsOf(Contact)


class ContactResource(RegisterResource):
    columns = (
        _column.reference("park", offered.parks),
        Column("enterprise", "企业", FirmWidget, width=22),
        _column("name"),
        _column("duty"),
        _column("phone_masked"),
        _column("is_main"),
        _column("ended_on"),
    )

    class Meta(RegisterResource.Meta):
        model = Contact
        name = "联系人"


CONTACTS = Table("contacts", "联系人", ContactResource, Permission.NOTE_WRITE, position=100)
