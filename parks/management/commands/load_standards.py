from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from guandu.core.actors import LOADER
from guandu.core.errors import Invalid
from guandu.exchange.marked_yaml import BrokenFiles
from parks.actions.standards import load_standards


class Command(BaseCommand):
    help = "载入行业分类、四上标准、荣誉种类、园区类型和诉求类别；重复执行不改动已有内容，不覆盖官员的修改。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="以文件为准，覆盖官员的修改")
        parser.add_argument(
            "--from", dest="root", type=Path, default=settings.BASE_DIR, help="数据文件所在的项目目录"
        )

    def handle(self, *, root: Path, force: bool, **options) -> None:
        try:
            tally = load_standards(root=root, force=force, by=LOADER)
        except BrokenFiles as broken:
            raise CommandError("\n".join([broken.message, *map(str, broken.file_errors)])) from broken
        except Invalid as refusal:
            raise CommandError(refusal.message) from refusal
        counts = tally.counts
        self.stdout.write(
            f"载入登记标准：新增 {counts['added']}，更新 {counts['updated']}，"
            f"不变 {counts['same']}，保留官员修改 {counts['kept']}。"
        )
        for name in tally.kept:
            self.stdout.write(f"  保留官员修改：{name}（以文件为准请加 --force）")
