"""The portal's own lines of the side bar."""

from guandu.accounts.permissions import Permission
from guandu.web.registry import NavigationEntry, add_navigation

EVERYONE = tuple(Permission)

add_navigation(
    NavigationEntry("日常工作", "工作台", "portal:home", "home", EVERYONE, 10),
    NavigationEntry("指标与目标", "驾驶舱", "portal:dashboard", "chart", (Permission.TOTALS_VIEW,), 40),
    NavigationEntry("管理", "管理后台", "admin:index", "settings", (Permission.ADMIN_ENTER,), 90),
    NavigationEntry("管理", "组件样例", "portal:gallery", "palette", (Permission.REFERENCE_EDIT,), 95),
)
