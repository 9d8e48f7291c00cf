"""What a value of the register must look like."""

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from guandu.core.errors import Invalid


def credit_code(text: str) -> str:
    """统一社会信用代码 as GB 32100 writes it; "" while it is not known. Raises Invalid."""
    if not text.strip():
        return ""
    try:
        return uscc.validate(text)
    except InvalidChecksum as wrong:
        raise _refusal(f"“{text}”的校验位不对，请与营业执照核对。") from wrong
    except ValidationError as wrong:
        sentence = f"“{text}”不是统一社会信用代码：应为 18 位数字和大写字母（不含 I、O、S、V、Z）。"
        raise _refusal(sentence) from wrong


def _refusal(sentence: str) -> Invalid:
    return Invalid(sentence, errors=[("credit_code", sentence)])
