from django.core.management.base import BaseCommand, CommandError

from guandu.core.actors import COMMAND_LINE
from guandu.core.errors import PortalError
from parks.actions.contacts import reseal


class Command(BaseCommand):
    help = "Seal the numbers of all contact persons under the present CONTACT_KEY."

    def handle(self, *args, **options):
        try:
            count = reseal(by=COMMAND_LINE)
        except PortalError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"已用现密钥重新加密 {count} 个联系电话。")
