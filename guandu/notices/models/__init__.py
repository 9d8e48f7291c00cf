from guandu.notices.models.delivery import Delivery
from guandu.notices.models.message import Message
from guandu.notices.models.preference import MessagePreference
from guandu.notices.models.rule import ReminderRule, ReminderRun

__all__ = ["Delivery", "Message", "MessagePreference", "ReminderRule", "ReminderRun"]
