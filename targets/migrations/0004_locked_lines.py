from django.db import migrations

from guandu.core.triggers import in_migration
from targets.triggers import GUARDS


class Migration(migrations.Migration):
    dependencies = [("targets", "0003_filed_on")]
    operations = [in_migration(GUARDS)]
