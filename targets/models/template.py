from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit
from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, LoadedModel
from guandu.core.periods import Period
from targets.enums import Frequency, LinesKind, SubjectKind, TemplateKind
from targets.models.indicator import Indicator

WORK_LINE = "工作调度用，不作为统计数据对外发布"
SURVEY_FIELDS = ("survey_number", "survey_issuer", "survey_approval", "survey_valid_until")
_SURVEY_IS_WHOLE = ~Q(survey_number="") & ~Q(survey_issuer="") & ~Q(survey_approval="") & Q(survey_valid_until__isnull=False)


class ReturnTemplateQuerySet(ReferenceQuerySet):
    def for_period(self, period: Period):
        """Versions in use for `period`; one of a series at most. Codes of one frequency compare as texts."""
        begun = self.filter(valid_from__lte=period.code)
        return begun.filter(Q(valid_to="") | Q(valid_to__gte=period.code))


class ReturnTemplate(CodedModel, LoadedModel):
    """One version of a form as data: what is asked of whom, how often, and the route of its review.

    Versions of one form share `series` and follow one another by period; a cycle keeps the version that
    it was opened with. Fixed once a cycle uses it, but for its name and days.
    """

    series = models.CharField("表系列", max_length=40, blank=True, help_text="同一张表的各版本相同")
    number = models.PositiveSmallIntegerField("版本", default=1)
    name = models.CharField("表名", max_length=80)
    kind = models.CharField("性质", max_length=20, choices=TemplateKind.choices, default=TemplateKind.WORK)
    subject_kind = models.CharField("填报对象", max_length=20, choices=SubjectKind.choices)
    filer = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name="填报单位", help_text="园区表留空，由运营方填报"
    )
    frequency = models.CharField(
        "报送频率", max_length=10, choices=Frequency.choices, default=Frequency.QUARTER
    )
    printed_line = models.CharField("表下说明", max_length=100, blank=True, default=WORK_LINE)
    opens_days = models.PositiveSmallIntegerField("开始填报日", default=1, help_text="报告期结束后第几日开始填报")
    due_days = models.PositiveSmallIntegerField("截止日", default=15, help_text="报告期结束后第几日，遇节假日顺延")
    closes_days = models.PositiveSmallIntegerField(
        "关闭天数", default=0, help_text="截止日后再过几日不再接收首次报送；0 表示由园区发展办掌握"
    )
    opens_itself = models.BooleanField("到期自动布置", default=False, help_text="到开始填报日由报送日历自动布置")
    survey_number = models.CharField("表号", max_length=40, blank=True)
    survey_issuer = models.CharField("制表机关", max_length=60, blank=True)
    survey_approval = models.CharField("批准（备案）文号", max_length=60, blank=True)
    survey_valid_until = models.DateField("有效期至", null=True, blank=True, help_text="含当日")
    lines_kind = models.CharField(
        "逐行对象", max_length=10, choices=LinesKind.choices, blank=True, help_text="表内逐行填报的对象；留空为不逐行填报"
    )
    shows_values = models.BooleanField(
        "运营方可见企业填报值", default=True, help_text="企业自行填报的，运营方看到数值，还是只看到已报、未报"
    )
    route = models.JSONField("审核流程", default=list, help_text="依次为 review（审核）、confirm（确认）")
    checks = models.JSONField("审核关系", default=list, blank=True)
    needs_scan = models.BooleanField(
        "须附签字盖章扫描件", default=False, help_text="核定前须有本版本已核对的扫描件，如年报、星级申报"
    )
    valid_from = models.CharField("起用报告期", max_length=10, default="2024Q1")
    valid_to = models.CharField("停用报告期", max_length=10, blank=True, help_text="含该期；留空表示仍在使用")

    objects = ReturnTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报表模板"
        ordering = ["series", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "number"],
                name="targets_template_version_once",
                violation_error_message="这张表已有同一版本号，请刷新后再办理。",
            ),
            models.UniqueConstraint(
                fields=["series"],
                condition=Q(valid_to=""),
                name="targets_template_one_open_version",
                violation_error_message="这张表已有一个没有停用的版本，请先停用。",
            ),
            models.CheckConstraint(
                condition=~Q(kind=TemplateKind.SURVEY) | _SURVEY_IS_WHOLE,
                name="targets_survey_says_its_identity",
                violation_error_message="统计调查表须写明表号、制表机关、批准（备案）文号和有效期，缺一不可。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第{self.number}版）" if self.number > 1 else self.name

    def save(self, *args, **kwargs) -> None:
        # The first version gives the series its code.
        self.series = self.series or self.code
        super().save(*args, **kwargs)

    @property
    def is_survey(self) -> bool:
        return self.kind == TemplateKind.SURVEY

    @property
    def is_used(self) -> bool:
        return self.cycles.exists()


class TemplateCell(LoadedModel):
    """One number asked for. Bounds are in the indicator's unit and ask for a reason beyond them."""

    template = models.ForeignKey(
        ReturnTemplate, models.CASCADE, related_name="cells", verbose_name="报表模板"
    )
    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="指标")
    section = models.CharField("分组", max_length=40, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)
    is_required = models.BooleanField("必填", default=True)
    of_lines = models.BooleanField("逐行填报", default=False, help_text="按逐行对象各填一个数，合计计入园区")
    asks_base = models.BooleanField("另填上年同期可比数", default=False)
    minimum = models.DecimalField("下限", max_digits=24, decimal_places=6, null=True, blank=True)
    maximum = models.DecimalField("上限", max_digits=24, decimal_places=6, null=True, blank=True)
    help_text = models.CharField("填报说明", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报表指标"
        ordering = ["template", "position"]
        constraints = [
            models.UniqueConstraint(fields=["template", "indicator"], name="targets_cell_once"),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(maximum__gte=models.F("minimum")),
                name="targets_cell_bounds",
                violation_error_message="上限不能小于下限。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} · {self.indicator}"
