from django.db import migrations

from guandu.core.triggers import in_migration
from targets.triggers import GUARDS


class Migration(migrations.Migration):
    dependencies = [("targets", "0001_initial")]
    operations = [in_migration(GUARDS)]
