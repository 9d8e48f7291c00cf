from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from guandu.core.errors import PortalError
from guandu.portal.demo import story
from guandu.portal.demo.seed import SIZES, STORY, seed
from targets.models import Return


class Command(BaseCommand):
    help = "Load the demonstration data (演示数据) through the real actions, on an empty portal."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing when returns already exist")
        parser.add_argument(
            "--size", choices=SIZES, default=STORY, help="district: 100 parks and 20,000 firms beside the story"
        )
        parser.add_argument("--first", default=story.FIRST, help="first quarter of the story, e.g. 2026Q2")

    def handle(self, *args, **options):
        if options["if_empty"] and Return.objects.exists():
            self.stdout.write("演示数据已在，不再载入。")
            return
        self.stdout.write("首次启动：正在载入演示数据，约需一分钟……")
        try:
            # All or nothing: an interrupted first start leaves an empty portal, not half a story.
            with transaction.atomic():
                seed(say=lambda line: self.stdout.write(f"  {line}"), first=options["first"], size=options["size"])
        except PortalError as refusal:
            lines = [refusal.message, *getattr(refusal, "missing", ()), *(t for _, t in getattr(refusal, "errors", ()))]
            raise CommandError("\n".join(lines)) from refusal
