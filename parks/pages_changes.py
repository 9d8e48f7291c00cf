"""Lines of the side bar: proposals, and the quality of the data."""

from guandu.accounts.permissions import Permission
from guandu.web.registry import NavigationEntry, add_navigation

add_navigation(
    NavigationEntry(
        "日常工作", "变更申请", "changes:proposals", "settings",
        (Permission.REGISTER_PROPOSE, Permission.REGISTER_DECIDE), 26,
    ),
    NavigationEntry("日常工作", "数据质量", "changes:quality", "warn", (Permission.QUALITY_VIEW,), 27),
)  # fmt: skip
