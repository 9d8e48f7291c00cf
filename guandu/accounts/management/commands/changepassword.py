from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Shut: Django's own would set a password that the trail says nothing of."

    def add_arguments(self, parser) -> None:
        parser.add_argument("username", nargs="?")

    def handle(self, *args, **options) -> None:
        raise CommandError(
            "口令不在服务器上直接修改。人员的口令由系统管理员在“人员”页重置；"
            "三类管理员的口令用 manage.py bootstrap --reset 账号。"
        )
