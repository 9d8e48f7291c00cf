"""Look and menu of the officials' admin (django-unfold), in the portal's name and colours."""

from collections.abc import Callable

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

from guandu.accounts.permissions import Permission as P

# The portal's primary #1f5fa8 with its lighter and darker steps, as unfold wants them.
PRIMARY = {
    "50": "#eef5fc",
    "100": "#d9e8f7",
    "200": "#b6d2ef",
    "300": "#87b4e3",
    "400": "#5490d2",
    "500": "#3374bd",
    "600": "#1f5fa8",
    "700": "#1b4f8b",
    "800": "#194472",
    "900": "#173a60",
    "950": "#0f2641",
}


def environment(request: HttpRequest) -> list[str] | None:
    """The badge beside the title while demonstration data is loaded."""
    return ["演示数据", "warning"] if getattr(request, "demo_date", None) else None


def _holding(permission: P) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.is_authenticated and request.user.may(permission)


def _entry(title: str, icon: str, name: str, permission: P) -> dict:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{name}_changelist"),
        "permission": _holding(permission),
    }


def _group(title: str, *items: dict) -> dict:
    return {"title": title, "separator": True, "items": list(items)}


UNFOLD = {
    "SITE_TITLE": "官渡区产业园区管理",
    "SITE_HEADER": "官渡区产业园区",
    "SITE_SUBHEADER": "管理与星级评定平台",
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("img/logo.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/logo.svg")}
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "THEME": "light",
    "BORDER_RADIUS": "4px",
    "COLORS": {"primary": PRIMARY},
    "ENVIRONMENT": "guandu.admin_theme.environment",
    "ACCOUNT": {
        "navigation": [
            {"title": "返回门户", "link": "/"},
            {"title": "修改口令", "link": reverse_lazy("accounts:password")},
        ]
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": None,
                "items": [
                    {"title": "返回门户", "icon": "arrow_back", "link": "/", "active": lambda request: False},
                    {"title": "后台首页", "icon": "home", "link": reverse_lazy("admin:index")},
                ],
            },
            _group(
                "单位与账号",
                _entry("单位", "account_balance", "accounts_unit", P.REFERENCE_VIEW),
                _entry("账号", "person", "accounts_user", P.ACCOUNT_VIEW),
                _entry("授权", "key", "accounts_grant", P.ACCOUNT_VIEW),
            ),
            _group(
                "园区与企业",
                _entry("园区", "location_city", "parks_park", P.PARK_VIEW),
                _entry("企业", "business", "parks_enterprise", P.PARK_VIEW),
                _entry("楼宇", "apartment", "parks_building", P.PARK_VIEW),
                _entry("空间", "meeting_room", "parks_space", P.PARK_VIEW),
                _entry("入驻", "login", "parks_tenancy", P.PARK_VIEW),
                _entry("产业链", "link", "parks_chain", P.REFERENCE_VIEW),
                _entry("片区", "map", "parks_area", P.REFERENCE_VIEW),
                _entry("行业分类", "category", "parks_industry", P.REFERENCE_VIEW),
                _entry("荣誉种类", "workspace_premium", "parks_honourkind", P.REFERENCE_VIEW),
                _entry("四上类别", "stacked_bar_chart", "parks_statisticalclass", P.REFERENCE_VIEW),
                _entry("园区类型", "account_tree", "parks_parktype", P.REFERENCE_VIEW),
            ),
            _group(
                "指标与报表",
                _entry("指标", "query_stats", "targets_indicator", P.REFERENCE_VIEW),
                _entry("报表模板", "table_view", "targets_returntemplate", P.REFERENCE_VIEW),
                _entry("报送期次", "event", "targets_cycle", P.CYCLE_OPEN),
                _entry("提醒规则", "notifications", "notices_reminderrule", P.REMINDER_EDIT),
            ),
            _group(
                "行动计划",
                _entry("行动计划", "flag", "targets_plan", P.PLAN_VIEW),
                _entry("计划目标", "target", "targets_target", P.PLAN_VIEW),
                _entry("定性目标", "checklist", "targets_qualitativeaim", P.PLAN_VIEW),
                _entry("工作机制", "schema", "targets_mechanism", P.PLAN_VIEW),
                _entry("口径疑点", "help", "targets_ambiguity", P.PLAN_VIEW),
            ),
            _group("星级评定", _entry("评定方案", "star", "rating_scheme", P.ASSESSMENT_VIEW)),
            _group("招商与资金", _entry("招商项目", "handshake", "investment_project", P.PROJECT_VIEW)),
            _group(
                "运行与审计",
                {"title": "后台任务", "icon": "pending_actions", "link": reverse_lazy("jobs:list")},
                _entry("审计记录", "policy", "audit_auditevent", P.AUDIT_VIEW),
            ),
        ],
    },
}
