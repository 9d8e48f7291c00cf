from django.core.management.base import BaseCommand

from guandu.core import clock
from guandu.core.actors import COMMAND_LINE
from parks.quality import findings


class Command(BaseCommand):
    help = "Print every defect of the register, as the data-quality page shows them to the office."

    def handle(self, *args, **options):
        found = findings(COMMAND_LINE, clock.today())
        for each in found:
            self.stdout.write(f"{each.check.severity.label} {each.check.title}（{len(each.defects)} 条）")
            self.stdout.write(f"  {each.check.sentence}")
            for defect in each.defects:
                self.stdout.write(f"  {defect.name}：{defect.detail}  {defect.url}")
        total = sum(len(each.defects) for each in found)
        self.stdout.write(f"共 {total} 条。" if total else "登记册没有发现问题。")
