"""Where Django finds the officials' admin; apart from the site, which needs models when imported."""

from django.contrib.admin.apps import AdminConfig


class OfficialAdminConfig(AdminConfig):
    default_site = "guandu.admin_site.OfficialSite"
