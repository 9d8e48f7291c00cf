"""One true submission for every form of 数据查询."""

from tests.permissions.submission import Submission as S

FIGURES = (
    S("figures/export/", "leader", {"format": "csv"}, "/figures/"),
    S("figures/roll-ups/ask/", "office", {"period": "2026Q3"}, "/figures/roll-ups/"),
)
