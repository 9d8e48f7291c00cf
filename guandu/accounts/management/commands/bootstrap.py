from django.core.management.base import BaseCommand, CommandError

from guandu.accounts.actions import administrators
from guandu.accounts.models import User
from guandu.core.actors import COMMAND_LINE
from guandu.core.errors import PortalError


class Command(BaseCommand):
    help = "Create the three administrators, once, and print their one-time passwords."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--reset", metavar="ACCOUNT", help="give this administrator a new one-time password")

    def handle(self, *args, **options) -> None:
        try:
            made = self._reset(options["reset"]) if options["reset"] else administrators.create(by=COMMAND_LINE)
        except PortalError as refusal:
            raise CommandError(refusal.message) from refusal
        for user, password in made:
            self.stdout.write(f"{user.name}\t{user.username}\t{password}")
        self.stdout.write("口令只显示这一次，请分别交给三名管理员，并由本人登录后立即修改。")

    def _reset(self, username: str) -> list[tuple[User, str]]:
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"没有账号“{username}”。")
        return [administrators.reset(user=user, by=COMMAND_LINE)]
