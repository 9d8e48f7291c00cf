from unicodedata import east_asian_width

from django.core.management.base import BaseCommand

from guandu.accounts.demo import read_demo_passwords
from guandu.accounts.queries import demo_accounts

HEAD = ("角色", "账号", "口令")


def padded(text: str, width: int) -> str:
    """`text` filled up to `width` columns of a terminal, where a Chinese character takes two."""
    used = sum(2 if east_asian_width(letter) in "FW" else 1 for letter in text)
    return text + " " * max(0, width - used)


class Command(BaseCommand):
    help = "Print the demonstration accounts; nothing while no demonstration data is loaded."

    def handle(self, *args, **options) -> None:
        offered = {account.username for account in demo_accounts()}
        rows = [row for row in read_demo_passwords() if row[1] in offered]
        if not rows:
            self.stdout.write("没有演示账号：未载入演示数据，或口令文件已移走。")
            return
        for role, username, password in (HEAD, *rows):
            self.stdout.write(f"{padded(role, 16)}{padded(username, 16)}{password}")
