"""A paper with one of everything."""

from datetime import date

from guandu.documents.blocks import Align, Annex, Heading, Note, Paper, Paragraph, Table

HOSTILE = '昆明 A&B<C> "园区" #set page() {{x}} $1$ *_[link](http://x)_* \\u{202e}'


def paper(name: str = HOSTILE, rows: int = 60) -> Paper:
    table = Table(
        ("名次", "园区", "按时率", "依据"),
        [(str(n), name if n == 1 else f"第{n}园区", "87.5%", "7/8") for n in range(1, rows + 1)],
        caption="各园区按时率",
        widths=(1, 4, 2, 2),
        aligns=(Align.CENTRE, Align.LEFT, Align.CENTRE, Align.RIGHT),
        note="注：按时率为按时报送数与应报数之比。",
    )
    return Paper(
        title=f"关于{name}的通报",
        body=[
            Heading("报送情况"),
            Heading("按时率", 2),
            Paragraph("全区按时率为 87.5%（7/8）。", lead="总体。"),
            Heading("街道", 3),
            Heading("各街道", 4),
            Heading("目标进度"),
            Heading("其他", counted=False),
            Note("以上数据均取自期次。"),
        ],
        head="官渡区产业园区发展办公室文件",
        number="官园办〔2026〕12号",
        mark="征求意见稿",
        addressee="各街道办事处",
        annexes=[Annex("按时率排名", [table]), Annex("名单", [Paragraph("无。")])],
        signature="官渡区产业园区发展办公室",
        dated=date(2026, 11, 27),
        colophon=["数据依据：2026年第三季度快报"],
    )
