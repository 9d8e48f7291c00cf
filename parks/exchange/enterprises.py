"""企业."""

from guandu.accounts.permissions import Permission
from guandu.exchange.registers import Table
from parks.exchange.enterprises_bulk import FirmsBulk
from parks.exchange.firms import EnterpriseResource

ENTERPRISES = Table(
    "enterprises", "企业", EnterpriseResource, Permission.PARK_VIEW, enter=Permission.PARK_EDIT,
    change=Permission.PARK_EDIT, bulk=FirmsBulk, position=50,
    notes=("已登记的企业按编码对应；编码空着的，按统一社会信用代码对应。",
           "新登记的企业可以不填编码，由统一社会信用代码得出；两者都没有的不能登记。",
           "入驻园区、入驻日期只在新登记时填写；已登记的企业入驻、离园在“入驻”表中办理。"),
)  # fmt: skip
