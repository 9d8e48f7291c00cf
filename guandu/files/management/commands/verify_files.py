"""Read every kept file against its digest: `manage.py verify_files`; ends with 2 where one is lost or altered."""

import sys

from django.core.management.base import BaseCommand

from guandu.files.models import StoredFile
from guandu.files.queries import faults


class Command(BaseCommand):
    help = "核对全部附件文件；有丢失或被改动的，逐个列出，并以 2 结束。"

    def handle(self, *args, **options) -> None:
        found = list(faults())
        for sentence in found:
            self.stderr.write(f"{sentence}。")
        self.stdout.write(f"已核对 {StoredFile.objects.count()} 个文件，{len(found)} 个有问题。")
        if found:
            sys.exit(2)
