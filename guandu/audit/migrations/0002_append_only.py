from django.db import migrations

from guandu.audit.triggers import FIRST_GUARDS
from guandu.core.triggers import in_migration


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [in_migration(FIRST_GUARDS)]
