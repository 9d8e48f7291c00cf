from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from guandu.core.actors import LOADER
from guandu.core.errors import Invalid
from guandu.exchange.loaded_rows import Tally
from guandu.exchange.marked_yaml import BrokenFiles
from targets.actions.load_plan import load_plan
from targets.plan_arithmetic import gaps
from targets.plan_files import PlanFiles
from targets.plan_shapes import PLAN_FILE


class Command(BaseCommand):
    help = "载入行动计划的数据文件；重复执行不改动已有内容，不覆盖官员的修改。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="以文件为准，覆盖官员的修改")
        parser.add_argument(
            "--from", dest="root", type=Path, default=settings.BASE_DIR, help="数据文件所在的项目目录"
        )

        parser.add_argument("--plan", default=PLAN_FILE, help="行动计划的数据文件，相对于项目目录；可以另载入一个计划")

    def handle(self, *, root: Path, force: bool, plan: str = PLAN_FILE, **options) -> None:
        try:
            files, tally = load_plan(root=root, plan=plan, force=force, by=LOADER)
        except BrokenFiles as broken:
            raise CommandError("\n".join([broken.message, *map(str, broken.file_errors)])) from broken
        except Invalid as refusal:
            raise CommandError(refusal.message) from refusal
        self._report(files, tally)

    def _report(self, files: PlanFiles, tally: Tally) -> None:
        counts = tally.counts
        self.stdout.write(
            f"载入《{files.plan['title']}》：新增 {counts['added']}，更新 {counts['updated']}，"
            f"不变 {counts['same']}，保留官员修改 {counts['kept']}。"
        )
        for name in tally.kept:
            self.stdout.write(f"  保留官员修改：{name}（以文件为准请加 --force）")
        if tally.wrote:
            self.stdout.write("计划文本自身的数字核对，请园区发展办留意：")
            for finding in gaps(files):
                self.stdout.write(f"  {finding.code} {finding.sentence}")
