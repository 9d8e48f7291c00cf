"""Addresses of tasks, 批示 and 督办; targets.urls mounts them."""

from django.urls import path

from targets.views import instructions, supervisions, task_acts, task_asks, tasks

urlpatterns = [
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/new/", tasks.task_new, name="task-new"),
    path("tasks/rule/", tasks.task_rule, name="task-rule"),
    path("tasks/<int:pk>/", tasks.task_page, name="task"),
    path("tasks/<int:pk>/edit/", tasks.task_edit, name="task-edit"),
    path("tasks/<int:pk>/receive/", task_acts.task_receive, name="task-receive"),
    path("tasks/<int:pk>/line/", task_acts.task_line, name="task-line"),
    path("tasks/<int:pk>/note/", task_acts.task_note, name="task-note"),
    path("tasks/<int:pk>/stage/", task_acts.task_stage, name="task-stage"),
    path("tasks/stages/<int:pk>/", task_acts.stage_set, name="task-stage-set"),
    path("tasks/<int:pk>/revoke/", task_acts.task_revoke, name="task-revoke"),
    path("tasks/<int:pk>/supervise/", task_acts.task_supervise, name="task-supervise"),
    path("tasks/<int:pk>/extend/", task_asks.task_extend, name="task-extend"),
    path("tasks/extensions/<int:pk>/", task_asks.extension_decide, name="task-extension"),
    path("tasks/<int:pk>/close/", task_asks.task_close, name="task-close"),
    path("tasks/closings/<int:pk>/", task_asks.closing_decide, name="task-closing"),
    path("tasks/closings/<int:pk>/file/", task_asks.closing_file, name="task-closing-file"),
    path("instructions/", instructions.instruction_list, name="instructions"),
    path("instructions/new/", instructions.instruction_new, name="instruction-new"),
    path("instructions/<int:pk>/", instructions.instruction_page, name="instruction"),
    path("instructions/<int:pk>/feedback/", instructions.instruction_feedback, name="instruction-feedback"),
    path("instructions/<int:pk>/send/", instructions.instruction_send, name="instruction-send"),
    path("supervisions/", supervisions.notice_list, name="supervisions"),
    path("supervisions/<int:pk>/", supervisions.notice_page, name="supervision"),
    path("supervisions/<int:pk>/notice.<str:form>", supervisions.notice_file, name="supervision-file"),
    path("supervisions/<int:pk>/receive/", supervisions.notice_receive, name="supervision-receive"),
    path("supervisions/<int:pk>/answer/", supervisions.notice_answer, name="supervision-answer"),
]
