"""Addresses of what a target is held to and of 办结; targets.urls mounts them before those of the plan."""

from django.urls import path

from targets.views import accomplishments, plan_terms

urlpatterns = [
    path("plan/rule/", plan_terms.rule_page, name="status-rule"),
    path("plan/checkpoints/<int:pk>/drop/", plan_terms.checkpoint_drop, name="checkpoint-drop"),
    path("plan/readings/<int:pk>/choose/", plan_terms.reading_choose, name="reading-choose"),
    path("plan/reports/<int:pk>/file/", accomplishments.accomplishment_file, name="accomplishment-file"),
    path("plan/reports/<int:pk>/accept/", accomplishments.accomplishment_accept, name="accomplishment-accept"),
    path("plan/reports/<int:pk>/send-back/", accomplishments.accomplishment_send_back, name="accomplishment-send-back"),
    path("plan/aims/<str:code>/", accomplishments.aim_page, name="aim"),
    path("plan/<str:code>/done/", accomplishments.milestone_page, name="done"),
    path("plan/<str:code>/terms/", plan_terms.terms_page, name="terms"),
    path("plan/<str:code>/terms/revise/", plan_terms.target_revise, name="target-revise"),
    path("plan/<str:code>/terms/baseline/", plan_terms.target_baseline, name="target-baseline"),
    path("plan/<str:code>/terms/checkpoint/", plan_terms.target_checkpoint, name="target-checkpoint"),
]
