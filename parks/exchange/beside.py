"""A column about what stands beside a row: said of a new row, compared for one that the register knows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from guandu.core.actors import Actor
from guandu.exchange.columns import Column, RegisterField


class BesideField(RegisterField):
    """Reads the first of the rows in `kept_in`, a list that the queryset prefetched; never writes to it."""

    kept_in = ""
    elsewhere = ""

    def get_value(self, instance: Model) -> Any:
        if self.attribute in instance.__dict__:
            return instance.__dict__[self.attribute]
        first = next(iter(getattr(instance, self.kept_in, ())), None)
        return first and getattr(first, {"on": "valid_from"}.get(self.attribute, self.attribute))

    def save(self, instance: Model, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        cleaned = self.clean(row, **kwargs)
        if instance.pk is None:
            setattr(instance, self.attribute, cleaned)
        elif cleaned is not None and cleaned != self.get_value(instance):
            raise ValueError(self.elsewhere)


@dataclass(frozen=True)
class BesideColumn(Column):
    """`kept_in` names the prefetched list; `elsewhere` says in which table it is changed."""

    kept_in: str = ""
    elsewhere: str = ""

    def field(self, actor: Actor) -> RegisterField:
        made = BesideField(self.key, self.title, self.widget(actor))
        made.kept_in, made.elsewhere = self.kept_in, self.elsewhere
        return made
