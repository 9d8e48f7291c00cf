"""People, the units they work for, and what they may do where and when."""

from guandu.accounts.models.batch import AccountBatch, AccountRequest
from guandu.accounts.models.grant import Grant
from guandu.accounts.models.handover import Handover, HandoverItem
from guandu.accounts.models.policy import AccessPolicy, PasswordRecord
from guandu.accounts.models.unit import Unit
from guandu.accounts.models.user import User
from guandu.accounts.models.vacancy import Vacancy

__all__ = [
    "AccessPolicy", "AccountBatch", "AccountRequest", "Grant", "Handover", "HandoverItem", "PasswordRecord", "Unit",
    "User", "Vacancy",
]  # fmt: skip
