"""The market regulation bureau's list of firms, as its workbooks are."""

from io import BytesIO

from openpyxl import Workbook

from parks.models import Enterprise

HEADER = ("统一社会信用代码", "名称", "登记状态", "住所", "登记街道", "变动日期")


def book(*rows, header=HEADER, before=(), name="主体名单") -> bytes:
    made = Workbook()
    made.active.title = "说明"
    sheet = made.create_sheet(name)
    for row in (*before, header, *rows):
        sheet.append(row)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def row_of(firm: Enterprise, **values) -> tuple:
    given = {
        "code": firm.credit_code, "name": firm.name, "status": "存续（在营、开业、在册）",
        "address": firm.registered_address, "street": firm.registered_street.name, "on": None,
    }  # fmt: skip
    return tuple({**given, **values}.values())
