"""The portal's Django on the benchmark's database, for cases that measure the ORM."""

import os
from collections.abc import Sequence

import django
from django.apps import apps
from django.db import connections


def start_orm(url: str) -> None:
    """Set Django up once, with DATABASE_URL pointing at the private server."""
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("GUANDU_ENV", "local")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guandu.settings")
    if not apps.ready:
        django.setup()


def stop_orm() -> None:
    """Close Django's connections, so that the private server can end."""
    if apps.ready:
        connections.close_all()


def model_for(
    table: str, text: Sequence[str] = (), whole: Sequence[str] = (), objects: Sequence[str] = ()
) -> type:
    """An unmanaged model over a table of the benchmark: text, bigint and JSON columns, any may be null."""
    from django.db import models

    kinds = ((text, models.TextField), (whole, models.BigIntegerField), (objects, models.JSONField))
    fields = {name: kind(null=True) for names, kind in kinds for name in names}
    meta = type("Meta", (), {"app_label": "bench", "db_table": table, "managed": False})
    name = f"Bench{table.title().replace('_', '')}"
    return type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **fields})
