"""企业诉求, service events and 包保 as it is lived: addresses below the root."""

from django.urls import path

from parks.views import ask, request_rules, requests, services, sponsors

app_name = "requests"
urlpatterns = [
    path("requests/", requests.request_list, name="list"),
    path("requests/export/", requests.request_export, name="export"),
    path("requests/new/", requests.request_new, name="new"),
    path("requests/settings/", request_rules.settings_page, name="settings"),
    path("requests/settings/clock/", request_rules.clock_set, name="clock"),
    path("requests/settings/kind/", request_rules.kind_put, name="kind"),
    path("requests/settings/policy/", request_rules.policy_update, name="policy"),
    path("requests/<int:pk>/", requests.request_detail, name="request"),
    path("requests/<int:pk>/move/", requests.request_move, name="move"),
    path("requests/<int:pk>/number/", requests.request_reveal, name="number"),
    path("ask/", ask.ask, name="ask"),
    path("services/", services.event_list, name="services"),
    path("services/new/", services.event_new, name="service-new"),
    path("services/<int:pk>/", services.event_correct, name="service"),
    path("services/<int:pk>/void/", services.event_void, name="service-void"),
    path("sponsors/", sponsors.sponsor_page, name="sponsors"),
    path("sponsors/visits/", sponsors.visit_list, name="visits"),
    path("sponsors/visits/new/", sponsors.visit_new, name="visit-new"),
    path("sponsors/visits/<int:pk>/void/", sponsors.visit_void, name="visit-void"),
]
