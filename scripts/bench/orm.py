"""The portal's Django on the benchmark's database, for cases that measure the ORM."""

import os
from collections.abc import Sequence

import django
from django.apps import apps


def start_orm(url: str) -> None:
    """Set Django up once, with DATABASE_URL pointing at the private server."""
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guandu.settings")
    if not apps.ready:
        django.setup()


def model_for(table: str, text: Sequence[str], whole: Sequence[str]) -> type:
    """An unmanaged model over a table of the benchmark: text columns and bigint columns that may be null."""
    from django.db import models

    fields = {name: models.TextField() for name in text} | {
        name: models.BigIntegerField(null=True) for name in whole
    }
    meta = type("Meta", (), {"app_label": "bench", "db_table": table, "managed": False})
    return type(f"Bench{table.title()}", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})
