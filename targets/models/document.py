from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit
from guandu.core.periods import Period
from targets.enums_document import BriefedScope, DocumentKind, DocumentState, DocumentVerb
from targets.models.publication import Publication
from targets.querysets_document import DocumentQuerySet, OpinionQuerySet, TemplateQuerySet


class OfficialDocument(models.Model):
    """公文: a paper made from one publication, on its way to be issued.

    `content` is the paper itself (guandu.documents.stored) and `digest` is over it: it is made again word for word.
    `choices` are what it was made by. `trail_seq`, `trail_hash`: the head of the audit trail that it prints.
    """

    kind = models.CharField("种类", max_length=20, choices=DocumentKind.choices)
    title = models.CharField("标题", max_length=200)
    state = models.CharField(
        "状态", max_length=20, choices=DocumentState.choices, default=DocumentState.DRAFT
    )
    version = models.PositiveIntegerField("版本", default=1)
    publication = models.ForeignKey(
        Publication, models.PROTECT, related_name="documents", verbose_name="期次"
    )
    scope_kind = models.CharField("范围类型", max_length=20, choices=BriefedScope.choices, blank=True)
    scope_code = models.CharField("范围编码", max_length=40, blank=True)
    scope_name = models.CharField("范围", max_length=80, blank=True)
    choices = models.JSONField("选择", default=dict)
    content = models.JSONField("内容", default=dict)
    digest = models.CharField("校验值", max_length=64)
    trail_seq = models.PositiveBigIntegerField("审计链头序号", default=0)
    trail_hash = models.CharField("审计链头摘要", max_length=128, blank=True)

    drafted_by = models.CharField("起草人", max_length=120)
    drafted_unit = models.CharField("起草单位", max_length=100, blank=True)
    drafted_at = models.DateTimeField("起草时间")
    opinions_due = models.DateField("征求意见截止", null=True, blank=True)
    signer_name = models.CharField("签批人", max_length=60, blank=True)
    signed_on = models.DateField("签批日期", null=True, blank=True)
    number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    issued_digest = models.CharField("印发文件校验值", max_length=64, blank=True)
    differences = models.JSONField("与草稿不同的数字", default=list, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公文"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=DocumentKind.BRIEFING) ^ Q(scope_code=""),
                name="targets_document_scope_of_briefing",
            ),
            models.CheckConstraint(
                condition=~Q(state=DocumentState.ISSUED)
                | (
                    ~Q(number="")
                    & ~Q(issued_digest="")
                    & Q(issued_on__isnull=False)
                    & Q(signed_on__isnull=False)
                ),
                name="targets_document_issued",
            ),
            models.CheckConstraint(
                condition=~Q(state=DocumentState.SIGNED) | (~Q(signer_name="") & Q(signed_on__isnull=False)),
                name="targets_document_signed",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="targets_document_number_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def quarter(self) -> Period:
        return self.publication.quarter

    @property
    def check_code(self) -> str:
        return self.digest[:8].upper()

    @property
    def stem(self) -> str:
        """The name of its files, without an ending."""
        return f"{self.title}（{self.get_state_display()}）"


class DocumentOpinion(models.Model):
    """One unit that is asked about a draft. Silence past the term is 无意见 and is shown as such."""

    document = models.ForeignKey(
        OfficialDocument, models.CASCADE, related_name="opinions", verbose_name="公文"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="征求意见单位")
    agrees = models.BooleanField("无修改意见", null=True, blank=True)
    text = models.CharField("意见", max_length=500, blank=True)
    given_by = models.CharField("答复人", max_length=120, blank=True)
    given_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公文征求意见"
        ordering = ["document", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["document", "unit"], name="targets_document_opinion_once"),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True) | Q(agrees=True) | ~Q(text=""),
                name="targets_document_opinion_said",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.document}"


class DocumentMove(models.Model):
    """One change of a document's state."""

    document = models.ForeignKey(OfficialDocument, models.CASCADE, related_name="moves", verbose_name="公文")
    verb = models.CharField("动作", max_length=20, choices=DocumentVerb.choices)
    from_state = models.CharField("原状态", max_length=20, choices=DocumentState.choices, blank=True)
    to_state = models.CharField("新状态", max_length=20, choices=DocumentState.choices)
    actor_name = models.CharField("办理人", max_length=120)
    unit_name = models.CharField("单位", max_length=100, blank=True)
    comment = models.CharField("说明", max_length=300, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "公文办理记录"
        ordering = ["document", "pk"]

    def __str__(self) -> str:
        return f"{self.document} {self.verb}"


class DocumentTemplate(models.Model):
    """A sentence that stands in the place of the repository's (targets.papers.wordings)."""

    key = models.CharField("措辞", max_length=60, unique=True)
    text = models.CharField("文字", max_length=600)
    version = models.PositiveIntegerField("版本", default=1)
    changed_by = models.CharField("修改人", max_length=120)
    changed_at = models.DateTimeField("修改时间")

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公文措辞"
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
