"""Look and menu of the officials' admin (django-unfold), in the portal's name and colours."""

UNFOLD = {
    "SITE_TITLE": "官渡区产业园区管理",
    "SITE_HEADER": "官渡区产业园区",
    "SITE_SUBHEADER": "管理与星级评定平台",
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
}
