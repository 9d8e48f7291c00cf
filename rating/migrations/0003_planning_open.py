from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("rating", "0002_inputs"),
    ]

    operations = [
        migrations.AddField(
            model_name="scheme",
            name="planning_open",
            field=models.BooleanField(
                default=False,
                help_text="评定办法印发前只供园区发展办使用；开放后园区运营单位可测算本园区",
                verbose_name="向园区开放测算",
            ),
        ),
    ]
