from django.core.management.base import BaseCommand, CommandError

from guandu.audit import trail
from guandu.audit.models import AuditHead


class Command(BaseCommand):
    help = "Walk the chain of audit events and name every record that was changed, removed or inserted."

    def handle(self, *args, **options):
        breaks = list(trail.verify())
        for found in breaks:
            self.stdout.write(f"第 {found.seq} 条：{found.sentence}")
        if breaks:
            raise CommandError(f"审计记录校验不通过，共 {len(breaks)} 处。请保护现场并报告审计管理员。")
        head = AuditHead.objects.first()
        self.stdout.write(f"审计记录校验通过，共 {head.seq if head else 0} 条。")
