import signal
import threading

from django.core.management.base import BaseCommand

from guandu.audit import anchors
from guandu.jobs.relay import Relay


class Command(BaseCommand):
    help = "Read the outbox and ring Celery. Several may run; one is active."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="send what waits and end")

    def handle(self, *args, **options):
        relay = Relay()
        if options["once"]:
            self.stdout.write(f"{relay.send_waiting()}")
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        # Whatever stopped the portal, the trail's end is written down before work goes on.
        anchors.write_due()
        relay.run(stop.is_set)
        relay.release()
