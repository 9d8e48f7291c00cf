"""Official documents: what they are, how they come into force, what they say."""

from django.db import models


class DocumentKind(models.TextChoices):
    BULLETIN = "bulletin", "季度通报"
    CLOSING = "closing", "终期评估"
    BRIEFING = "briefing", "汇报"


class DocumentState(models.TextChoices):
    DRAFT = "draft", "起草"
    ASKING = "asking", "征求意见"
    SENT_UP = "sent_up", "送审稿"
    SIGNED = "signed", "签批"
    ISSUED = "issued", "印发"
    DROPPED = "dropped", "作废"


# Still in the office's hands.
OPEN_DOCUMENTS = frozenset({DocumentState.DRAFT, DocumentState.ASKING})
# What leaders are shown.
LAID_BEFORE = frozenset({DocumentState.SENT_UP, DocumentState.SIGNED, DocumentState.ISSUED})


class DocumentVerb(models.TextChoices):
    MAKE = "make", "起草"
    ASK = "ask", "征求意见"
    SEND_UP = "send_up", "送审"
    SEND_BACK = "send_back", "退回修改"
    SIGN = "sign", "登记签批"
    ISSUE = "issue", "印发"
    DROP = "drop", "作废"


class Section(models.TextChoices):
    """Parts of a paper that may be left out."""

    NUMBERS = "numbers", "主要指标"
    FILING = "filing", "报送情况"
    TARGETS = "targets", "目标进度"
    LIGHTS = "lights", "滞后目标"
    AIMS = "aims", "定性目标"


SECTIONS = {
    DocumentKind.BULLETIN: (Section.NUMBERS, Section.FILING, Section.TARGETS, Section.LIGHTS),
    DocumentKind.CLOSING: (Section.AIMS,),
    DocumentKind.BRIEFING: (Section.NUMBERS, Section.FILING, Section.TARGETS, Section.LIGHTS),
}


class Ranking(models.TextChoices):
    """By whom filing is ranked in a 通报."""

    PARK = "park", "园区"
    DEPARTMENT = "department", "包保部门"
    STREET = "street", "街道"
    CHAIN = "chain", "产业链"


class BriefedScope(models.TextChoices):
    """What a 汇报 is about."""

    PARK = "park", "园区"
    CHAIN = "chain", "产业链"
    STREET = "street", "街道"
