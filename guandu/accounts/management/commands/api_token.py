from django.core.management.base import BaseCommand, CommandError

from guandu.accounts.actions import tokens
from guandu.accounts.models import User
from guandu.core.actors import COMMAND_LINE
from guandu.core.errors import PortalError


class Command(BaseCommand):
    help = "Print a new API token of an account that may use the API. It is shown this once."

    def add_arguments(self, parser) -> None:
        parser.add_argument("username")
        parser.add_argument("--days", type=int, default=180, help="how long the token is good, at most 365")

    def handle(self, *args, **options) -> None:
        user = User.objects.filter(username__iexact=options["username"]).first()
        if user is None:
            raise CommandError(f"没有账号“{options['username']}”。")
        try:
            self.stdout.write(tokens.issue(user=user, days=options["days"], by=COMMAND_LINE))
        except PortalError as refusal:
            raise CommandError(refusal.message) from refusal
