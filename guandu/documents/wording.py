"""Sentences with named places: 「全区按时率为{{rate}}。」

The whole grammar is a name in double braces. There is no expression, no attribute, no loop and no second pass: what
is put in a place is text and is never read again. So a hostile template is no more than a text that is refused.
"""

import re
from collections.abc import Iterable, Mapping

from guandu.core.errors import Invalid
from guandu.documents.printable import printable

LONGEST = 600
LONGEST_FILLED = 4000
MOST_PLACES = 30

_PLACE = re.compile(r"\{\{ ?([a-z][a-z0-9_]{0,30}) ?\}\}")
_FOREIGN = re.compile(r"[{}]|<[/!?a-zA-Z]|&[#a-zA-Z][#0-9a-zA-Z]{0,30};")


def check_wording(text: str, places: Iterable[str]) -> str:
    """The text as it is kept. Raises Invalid in a sentence unless it is plain text with places of these names."""
    known, said = set(places), printable(text)
    if not said:
        raise _refused("请填写措辞；需要恢复原来的，请点“恢复默认措辞”。")
    if len(said) > LONGEST:
        raise _refused(f"措辞请控制在 {LONGEST} 字以内，现在是 {len(said)} 字。")
    named = _PLACE.findall(said)
    if len(named) > MOST_PLACES:
        raise _refused(f"一段措辞最多 {MOST_PLACES} 处取数。")
    if _FOREIGN.search(_PLACE.sub("", said)):
        raise _refused("措辞里只能写文字和双花括号中的取数名称，不能写程序、标记或其他花括号。")
    unknown = sorted(set(named) - known)
    if unknown:
        offered = "、".join(f"{{{{{name}}}}}" for name in sorted(known)) or "无"
        raise _refused(f"没有“{unknown[0]}”这一取数名称。可以使用：{offered}。")
    return said


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled. Raises Invalid for a text that `check_wording` would refuse."""
    check_wording(text, values)
    filled = _PLACE.sub(lambda found: printable(values[found[1]]), printable(text))
    if len(filled) > LONGEST_FILLED:
        raise _refused("措辞填入数据后过长，请缩短。")
    return filled


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, errors=[("text", sentence)])
