from django.db import migrations
from django.db.migrations import RunPython

from guandu.audit.triggers import FIRST_GUARDS, GUARDS
from guandu.core.triggers import create_all, drop_all


def renew(apps, editor) -> None:
    drop_all(FIRST_GUARDS, editor.connection)
    create_all(GUARDS, editor.connection)


def restore(apps, editor) -> None:
    drop_all(GUARDS, editor.connection)
    create_all(FIRST_GUARDS, editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_sealed_trail")]
    operations = [RunPython(renew, restore)]
