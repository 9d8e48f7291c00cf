"""A table of 中类 and 小类 of GB/T 4754: two columns, 代码 and 名称."""

from django import forms

from guandu.core.errors import Invalid
from guandu.exchange.preflight import MOST_PACKED
from guandu.exchange.tables import Column, read_table
from guandu.exchange.workbooks import read_workbook

MOST = 3000
COLUMNS = (
    Column("code", "代码", required=True, longest=4),
    Column("name", "名称", required=True, longest=80),
)


def read_industries(data: bytes, name: str) -> list[tuple[str, str]]:
    """(code, name) of every line. Raises Invalid with the cell of every fault."""
    sheets = read_workbook(data, name)
    reading = read_table(sheets, sheets[0].name, COLUMNS, most=MOST)
    first: dict[str, int] = {}
    faults = list(reading.faults)
    for record in reading.records:
        code = record.values["code"]
        if code in first:
            faults.append(record.fault("code", f"代码 {code} 与第 {first[code]} 行重复"))
        first.setdefault(code, record.row)
    if faults:
        raise Invalid(
            "文件有误，什么都没有导入。请改好下列各处后重新上传。",
            errors=[("file", f"{fault}。") for fault in sorted(faults)],
        )
    return [(record.values["code"], record.values["name"]) for record in reading.records]


class IndustryUploadForm(forms.Form):
    file = forms.FileField(
        label="行业分类表", widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx"}),
        help_text=".xlsx，第一张工作表，两列：代码、名称；中类 3 位、小类 4 位，代码列设为文本格式",
    )  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_PACKED:
            raise forms.ValidationError("文件超过 20 MB，请拆分后再上传。")
        return file
