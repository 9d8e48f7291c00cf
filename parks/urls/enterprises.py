from django.urls import path

from parks.views import attributions, comparisons, enterprises, industries

app_name = "enterprises"
urlpatterns = [
    path("", enterprises.enterprise_list, name="list"),
    path("export/", enterprises.enterprise_export, name="export"),
    path("outside/<str:kind>/", enterprises.outside_list, name="outside"),
    path("outside/<str:kind>/export/", enterprises.outside_export, name="outside-export"),
    path("claims/", attributions.claim_list, name="claims"),
    path("claims/export/", attributions.claim_export, name="claims-export"),
    path("claims/<int:pk>/settle/", attributions.claim_settle, name="claim-settle"),
    path("claims/<int:pk>/withdraw/", attributions.claim_withdraw, name="claim-withdraw"),
    path("street/", attributions.street_page, name="street"),
    path("street/export/", attributions.street_export, name="street-export"),
    path("comparisons/", comparisons.comparison_list, name="comparisons"),
    path("comparisons/new/", comparisons.comparison_new, name="comparison-new"),
    path("comparisons/confirm/", comparisons.comparison_confirm, name="comparison-confirm"),
    path("findings/", comparisons.finding_list, name="findings"),
    path("findings/export/", comparisons.finding_export, name="findings-export"),
    path("findings/<int:pk>/", comparisons.finding_detail, name="finding"),
    path("industries/", industries.industry_list, name="industries"),
    path("<str:code>/", enterprises.enterprise_detail, name="detail"),
    path("<str:code>/claim/", enterprises.enterprise_claim, name="claim"),
    path("<str:code>/attribute/", enterprises.enterprise_attribute, name="attribute"),
]
