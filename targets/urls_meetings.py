"""Addresses of meetings, their agendas and minutes, and of what units propose."""

from django.urls import path

from targets.views import agenda, agenda_proposals, meeting_papers, meetings, minutes

urlpatterns = [
    path("meetings/", meetings.meeting_list, name="meetings"),
    path("meetings/new/", meetings.meeting_new, name="meeting-new"),
    path("meetings/proposals/", agenda_proposals.proposal_list, name="agenda-proposals"),
    path("meetings/proposals/<int:pk>/withdraw/", agenda_proposals.proposal_withdraw, name="agenda-proposal-withdraw"),
    path("meetings/proposals/<int:pk>/decline/", agenda_proposals.proposal_decline, name="agenda-proposal-decline"),
    path("meetings/resolutions/", minutes.resolution_list, name="resolutions"),
    path("meetings/resolutions/<int:pk>/drop/", minutes.resolution_drop, name="resolution-drop"),
    path("meetings/items/<int:pk>/", agenda.item_page, name="agenda-item"),
    path("meetings/items/<int:pk>/remove/", agenda.item_remove, name="agenda-item-remove"),
    path("meetings/items/<int:pk>/outcome/", minutes.item_outcome, name="agenda-item-outcome"),
    path("meetings/<int:pk>/", meetings.meeting_page, name="meeting"),
    path("meetings/<int:pk>/<str:paper>.<str:form>", meeting_papers.meeting_paper, name="meeting-paper"),
    path("meetings/<int:pk>/edit/", meetings.meeting_edit, name="meeting-edit"),
    path("meetings/<int:pk>/cancel/", meetings.meeting_cancel, name="meeting-cancel"),
    path("meetings/<int:pk>/hold/", meetings.meeting_hold, name="meeting-hold"),
    path("meetings/<int:pk>/agenda/", agenda.agenda_page, name="agenda"),
    path("meetings/<int:pk>/agenda/add/", agenda.agenda_add, name="agenda-add"),
    path("meetings/<int:pk>/agenda/set/", meetings.agenda_set, name="agenda-set"),
    path("meetings/<int:pk>/agenda/reopen/", meetings.agenda_reopen, name="agenda-reopen"),
    path("meetings/<int:pk>/minutes/", minutes.minutes_page, name="minutes"),
    path("meetings/<int:pk>/minutes/correct/", minutes.minutes_correct, name="minutes-correct"),
    path("meetings/<int:pk>/resolutions/add/", minutes.resolution_add, name="resolution-add"),
]
