import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def adopted(apps, schema_editor):
    """What was loaded until now was in use from that moment."""
    apps.get_model("rating", "Scheme").objects.update(adopted_at=F("loaded_at"))


def text(most, title):
    return models.CharField(blank=True, default="", editable=False, max_length=most, verbose_name=title)


def day(title):
    return models.DateField(blank=True, editable=False, null=True, verbose_name=title)


class Migration(migrations.Migration):
    dependencies = [("rating", "0003_planning_open")]

    operations = [
        migrations.AlterField(
            "scheme",
            "state",
            models.CharField(
                choices=[("draft", "试行草案"), ("published", "已印发"), ("retired", "已停用")],
                default="draft",
                max_length=20,
                verbose_name="状态",
            ),
        ),
        migrations.AddField("scheme", "loaded_by", text(120, "载入人"), preserve_default=False),
        migrations.AddField(
            "scheme", "adopted_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="启用时间")
        ),
        migrations.AddField("scheme", "document", text(120, "印发文件"), preserve_default=False),
        migrations.AddField("scheme", "issued_on", day("印发日期")),
        migrations.AddField("scheme", "retired_on", day("停用日期")),
        migrations.AddField("scheme", "retired_because", text(200, "停用原因"), preserve_default=False),
        migrations.AddConstraint(
            "scheme",
            models.CheckConstraint(
                condition=Q(
                    Q(("state", "published"), _negated=True),
                    Q(("issued_on__isnull", False), Q(("document", ""), _negated=True)),
                    _connector="OR",
                ),
                name="rating_scheme_issued_by_a_document",
            ),
        ),
        migrations.CreateModel(
            name="SchemeScope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="起始日期")),
                ("valid_to", models.DateField(blank=True, help_text="不含当日；留空表示至今有效", null=True, verbose_name="终止日期")),
                ("scheme_code", models.CharField(max_length=40, verbose_name="方案编码")),
                (
                    "carrier",
                    models.CharField(
                        blank=True, choices=[("land", "用地类"), ("building", "楼宇类")], max_length=20, verbose_name="载体形态"
                    ),
                ),
                ("chain_code", models.CharField(blank=True, max_length=40, verbose_name="产业链")),
                ("set_by", models.CharField(editable=False, max_length=120, verbose_name="设置人")),
            ],
            options={
                "verbose_name": "方案适用范围",
                "verbose_name_plural": "方案适用范围",
                "ordering": ["scheme_code", "carrier", "chain_code", "valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("valid_to__isnull", True), ("valid_to__gt", F("valid_from")), _connector="OR"),
                        name="rating_scheme_scope_dates",
                        violation_error_message="终止日期必须晚于起始日期。",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("valid_to", None)),
                        fields=("carrier", "chain_code"),
                        name="rating_scheme_scope_one_open",
                        violation_error_message="这一类园区已指定了方案，请先终止原来的指定。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=10, verbose_name="数据期")),
                ("asked_by", models.CharField(max_length=120, verbose_name="发起人")),
                ("asked_at", models.DateTimeField(verbose_name="发起时间")),
                ("computed_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                ("facts", models.TextField(blank=True, verbose_name="计分依据")),
                ("outcome", models.TextField(blank=True, verbose_name="模拟结果")),
                ("outcome_digest", models.CharField(blank=True, max_length=64, verbose_name="校验值")),
                ("parks", models.PositiveIntegerField(default=0, verbose_name="园区数")),
                ("risen", models.PositiveIntegerField(default=0, verbose_name="升星园区数")),
                ("fallen", models.PositiveIntegerField(default=0, verbose_name="降星园区数")),
                (
                    "before",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rating.scheme", verbose_name="对照方案"
                    ),
                ),
                (
                    "after",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="simulations",
                        to="rating.scheme",
                        verbose_name="模拟方案",
                    ),
                ),
            ],
            options={
                "verbose_name": "方案模拟",
                "verbose_name_plural": "方案模拟",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("before", "after", "period"), name="rating_simulation_once")
                ],
            },
        ),
        migrations.RunPython(adopted, migrations.RunPython.noop),
    ]
