from django.core.management.base import BaseCommand

from guandu.audit import anchors


class Command(BaseCommand):
    help = "Write the head of the audit trail down outside the database, now."

    def handle(self, *args, **options):
        line = anchors.write()
        if line is None:
            self.stdout.write("还没有审计记录，没有锚定。")
            return
        self.stdout.write(f"已锚定到第 {line.seq} 条，校验码 {line.code}，文件 {anchors.path()} 第 {line.number} 行。")
