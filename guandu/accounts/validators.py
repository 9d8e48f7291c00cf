"""What a password must be: asked in one place, on every way in (page, admin, command, batch).

The numbers are the access policy's. 等级保护 asks for three of four kinds of character and for change
after a period; both are kept although newer advice would leave them out.
"""

import re

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, get_default_password_validators
from django.core.exceptions import ValidationError

from guandu.accounts.models import AccessPolicy, User

LONGEST = 128
KINDS = (("小写字母", str.islower), ("大写字母", str.isupper), ("数字", str.isdigit))
KINDS_NEEDED = 3
# Words that everybody here would try first.
DISTRICT_WORDS = (
    "guandu", "kunming", "yunnan", "gdq", "yuanqu", "chanye", "xingji", "官渡", "昆明", "云南", "园区", "产业", "星级",
)  # fmt: skip
COMMON_STEMS = (
    "password", "qwerty", "admin", "welcome", "letmein", "iloveyou", "qazwsx", "asdfgh", "zxcvbn", "abc123", "abcdef",
    "1q2w3e", "123456", "654321", "112233", "111111", "000000", "888888", "666666", "5201314", "woaini", "mima",
)  # fmt: skip
DISGUISED = str.maketrans("@4310$5!7", "aaeiossit")


class PolicyLength:
    """As long as the policy says, and not longer than a page should hash."""

    def validate(self, password: str, user: User | None = None) -> None:
        least = AccessPolicy.current().password_length
        if len(password) < least:
            raise ValidationError(f"口令至少 {least} 位。", code="too_short")
        if len(password) > LONGEST:
            raise ValidationError(f"口令不超过 {LONGEST} 位。", code="too_long")

    def get_help_text(self) -> str:
        return f"至少 {AccessPolicy.current().password_length} 位，可以粘贴。"


class CharacterClasses:
    """Three kinds of lower case, upper case, digits and anything else."""

    def validate(self, password: str, user: User | None = None) -> None:
        kinds = {next((name for name, test in KINDS if test(letter)), "符号") for letter in password}
        if len(kinds) < KINDS_NEEDED:
            raise ValidationError("口令须含大写字母、小写字母、数字、符号中的至少三种。", code="too_plain")

    def get_help_text(self) -> str:
        return "大写字母、小写字母、数字、符号中至少三种。"


class NoPersonalOrDistrictWord:
    """Nothing that a stranger reads off the person or off the district."""

    def validate(self, password: str, user: User | None = None) -> None:
        plain = password.lower()
        if any(word in plain for word in DISTRICT_WORDS):
            raise ValidationError("口令不能含有官渡、昆明、园区等地名和业务词或其拼音。", code="district_word")
        if user is not None and any(word in plain for word in _words_of(user)):
            raise ValidationError("口令不能含有本人的账号、姓名、电话、邮箱或人员编号。", code="personal_word")

    def get_help_text(self) -> str:
        return "不含账号、姓名、电话、邮箱，不含官渡、昆明、园区等词或其拼音。"


class NotCommon(CommonPasswordValidator):
    """Not on the list of common passwords, nor one of them in disguise."""

    def validate(self, password: str, user: User | None = None) -> None:
        plain = password.lower()
        written = {plain, plain.translate(DISGUISED)}
        if any(stem in text for stem in COMMON_STEMS for text in written):
            raise ValidationError("口令过于常见，容易被猜中。", code="too_common")
        super().validate(password, user)

    def get_error_message(self) -> str:
        return "口令过于常见，容易被猜中。"

    def get_help_text(self) -> str:
        return "不含 123456、password 等常见口令。"


class NotUsedBefore:
    """None of the last passwords of the account, the present one among them."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        kept = AccessPolicy.current().passwords_kept
        stored = User.objects.filter(pk=user.pk).values_list("password", flat=True)
        former = user.former_passwords.values_list("password", flat=True)[: kept - 1]
        if any(check_password(password, each) for each in (*stored, *former)):
            raise ValidationError(f"不能使用最近 {kept} 次用过的口令。", code="used_before")

    def get_help_text(self) -> str:
        return f"不能与最近 {AccessPolicy.current().passwords_kept} 次的口令相同。"


def _words_of(user: User) -> set[str]:
    """The pieces of what is known of the person, long enough to mean something."""
    texts = [user.username, user.name, user.staff_no, user.phone, user.email.partition("@")[0]]
    pieces = {piece for text in texts for piece in re.split(r"[\W_]+", text.lower())}
    return {piece for piece in pieces if len(piece) >= (3 if piece.isascii() else 2)}


def requirements() -> list[str]:
    """What the page of the password says beforehand: one sentence per rule."""
    return [rule.get_help_text() for rule in get_default_password_validators()]
