"""Whose record is never moved out of the trail, however old it is: verbs, or whole nouns, with the reason."""

KEPT_VERBS = {
    "return.file": "报送是法定责任的起点",
    "return.review": "审核意见",
    "return.send_back": "退回意见",
    "return.confirm": "核定依据",
    "returns.confirm_many": "核定依据",
    "returns.review_many": "审核意见",
    "return.sign_off": "线下签批的审核意见",
    "return.exempt": "免报依据",
    "return.opine": "街道和专班意见",
    "figures.store": "核定数据的汇总结果",
    "figures.heal": "已存数据的更正",
    "grant.give": "授权依据",
    "grant.revoke": "收权依据",
    "title.award": "认定依据",
    "title.record": "认定依据",
    "project.move": "项目阶段的决定",
    "plan.load": "行动计划原文",
    "plan.update": "行动计划调整",
    "target.update": "目标调整",
    "scheme.load": "评定方案原文",
    "user.create": "账号开立依据",
}
# Every verb of these: 审计本身, 授权与交接, 核定, 认定, 资金.
KEPT_NOUNS = (
    "audit", "grants", "handover", "batch", "administrators", "certified", "certification", "award", "payment",
    "payments", "appeal", "correction", "extension",
)  # fmt: skip


def is_kept(verb: str) -> bool:
    return verb in KEPT_VERBS or verb.partition(".")[0] in KEPT_NOUNS


def kept_sql(column: str) -> str:
    """`is_kept` as a condition that both databases read."""
    verbs = ", ".join(f"'{verb}'" for verb in KEPT_VERBS)
    nouns = " OR ".join(f"{column} LIKE '{noun}.%'" for noun in KEPT_NOUNS)
    return f"({column} IN ({verbs}) OR {nouns})"
