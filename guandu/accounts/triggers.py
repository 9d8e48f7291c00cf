"""系统、安全、审计管理员 are three people, none of them does business, and a batch of accounts takes its steps
in order: the database sees to it.

Whoever holds one of the three roles holds no other role on any day of it. The account is the person:
`accounts_one_account_a_person` lets a staff number have one account only.
"""

from guandu.accounts.roles import ADMINISTRATORS
from guandu.core.triggers import Guard

_GRANTS = "accounts_grant"
_SENTENCE = "三类管理员须由不同的人担任，也不得兼任其他角色（exclusive administrator）"
_THREE = ", ".join(f"'{role.value}'" for role in sorted(ADMINISTRATORS))
# A grant taken back on its first day was in force on none.
_LASTS = '({row}."valid_to" IS NULL OR {row}."valid_to" > {row}."valid_from")'
_BESIDE = f"""EXISTS (
    SELECT 1 FROM "{_GRANTS}" AS beside
    WHERE beside."user_id" = NEW."user_id" AND beside."role" <> NEW."role"
    AND (beside."role" IN ({_THREE}) OR NEW."role" IN ({_THREE}))
    AND (beside."valid_to" IS NULL OR beside."valid_to" > NEW."valid_from")
    AND (NEW."valid_to" IS NULL OR NEW."valid_to" > beside."valid_from")
    AND {_LASTS.format(row="beside")} AND {_LASTS.format(row="NEW")}
    {{other}}
)"""

_BATCHES = "accounts_accountbatch"
_NO_SUCH_STEP = (
    "账号申请不能这样改变状态，请依次由园区发展办申请、系统管理员开户、安全管理员授权（batch steps in order）"
)
_STEPS = (("requested", "created"), ("requested", "refused"), ("created", "granted"), ("created", "refused"))
_IN_ORDER = " OR ".join(
    f"(OLD.\"state\" = '{before}' AND NEW.\"state\" = '{after}')" for before, after in _STEPS
)

GUARDS = (
    Guard(
        "accounts_batch_steps", _BATCHES, "UPDATE", _NO_SUCH_STEP,
        f'OLD."state" <> NEW."state" AND NOT ({_IN_ORDER})',
    ),
    Guard("accounts_exclusive_insert", _GRANTS, "INSERT", _SENTENCE, _BESIDE.format(other="")),
    Guard(
        "accounts_exclusive_update", _GRANTS, "UPDATE", _SENTENCE,
        _BESIDE.format(other='AND beside."id" <> OLD."id"'),
    ),
)  # fmt: skip
