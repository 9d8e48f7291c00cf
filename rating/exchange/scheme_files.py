"""A scheme from a file of either form, with what is wrong named by line or cell."""

from pathlib import Path

from guandu.core.errors import Invalid
from rating.engine import Scheme, SchemeError, load_scheme
from rating.exchange.scheme_workbook import WorkbookError, load_workbook, text_of_workbook


def read_scheme(data: bytes, name: str) -> Scheme:
    """Raises Invalid with every (place, message)."""
    try:
        return load_workbook(data, name) if is_workbook(name) else load_scheme(data)
    except SchemeError as error:
        raise _refusal([(f"第 {each.line} 行", each.message) for each in error.problems]) from error
    except WorkbookError as error:
        raise _refusal([(each.place, each.message) for each in error.errors]) from error


def text_of(data: bytes, name: str) -> str:
    """The text under which the portal stores the scheme; read_scheme has found it right."""
    return text_of_workbook(data, name) if is_workbook(name) else data.decode("utf-8-sig")


def is_workbook(name: str) -> bool:
    return Path(name).suffix.lower() == ".xlsx"


def _refusal(errors: list[tuple[str, str]]) -> Invalid:
    return Invalid(f"评定方案有 {len(errors)} 处错误，没有载入。", errors=errors)
