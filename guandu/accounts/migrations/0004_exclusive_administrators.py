from django.db import migrations

from guandu.accounts.triggers import GUARDS
from guandu.core.triggers import in_migration


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_officers")]
    operations = [in_migration(GUARDS)]
