"""Beat's own schedule, seen to live at each of its turns."""

from celery.beat import PersistentScheduler

from guandu.jobs import pulse


class Scheduler(PersistentScheduler):
    def tick(self, *args, **kwargs) -> float:
        pulse.show()
        return super().tick(*args, **kwargs)
