"""The child process that tells number formats: `python -I format_reader.py < order > formats.json`.

The order is one line of JSON, a list of (sheet, address), and then the workbook; see guandu.exchange.formats.
"""

import json
import resource
import sys
from io import BytesIO

MEMORY = 1 << 30
CPU_SECONDS = 60


def formats_of(data: bytes, places: list[list[str]]) -> list[list[str]]:
    """(sheet, address, number format) of the places that are no part of a merged cell; of a formula "="."""
    from openpyxl import load_workbook  # reason: after the bounds are set

    book = load_workbook(BytesIO(data), rich_text=True)
    cells = [(sheet, address, book[sheet][address]) for sheet, address in places if sheet in book.sheetnames]
    return [
        [sheet, address, "=" if cell.data_type == "f" else cell.number_format]
        for sheet, address, cell in cells
        if type(cell).__name__ != "MergedCell"
    ]


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    places = json.loads(sys.stdin.buffer.readline())
    found = formats_of(sys.stdin.buffer.read(), places)
    sys.stdout.write(json.dumps(found, ensure_ascii=True))


if __name__ == "__main__":
    main()
