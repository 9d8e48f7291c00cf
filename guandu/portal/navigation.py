"""The portal's own lines of the side bar."""

from guandu.accounts.permissions import Permission
from guandu.web.registry import NavigationEntry, add_navigation

EVERYONE = tuple(Permission)

add_navigation(
    NavigationEntry("日常工作", "工作台", "portal:home", "home", EVERYONE, 10),
    NavigationEntry("指标与目标", "驾驶舱", "portal:dashboard", "chart", (Permission.TOTALS_VIEW,), 40),
    NavigationEntry("管理", "账号申请", "officers:batches", "inbox", (Permission.BATCH_VIEW,), 76),
    NavigationEntry("管理", "运营方账号", "officers:operators", "people", (Permission.OPERATOR_RESET,), 77),
    NavigationEntry("管理", "岗位与AB角", "officers:duties", "people", (Permission.ACCOUNT_VIEW,), 78),
    NavigationEntry("管理", "工作交接", "officers:handovers", "report", (Permission.ACCOUNT_VIEW,), 79),
    NavigationEntry("管理", "长期不用账号", "officers:dormant", "idle", (Permission.ACCOUNT_VIEW,), 80),
    NavigationEntry("日常工作", "离岗登记", "officers:away", "people", EVERYONE, 35),
    NavigationEntry("管理", "登录保护", "accounts:protection", "lock", (Permission.POLICY_EDIT,), 85),
    NavigationEntry("管理", "登录策略", "accounts:policy", "settings", (Permission.POLICY_EDIT,), 86),
    NavigationEntry("日常工作", "后台任务", "jobs:list", "clock", EVERYONE, 38),
    NavigationEntry("管理", "管理后台", "admin:index", "settings", (Permission.ADMIN_ENTER,), 90),
    NavigationEntry("管理", "组件样例", "portal:gallery", "palette", (Permission.REFERENCE_EDIT,), 95),
)
