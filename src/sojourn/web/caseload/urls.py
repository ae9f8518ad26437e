"""Addresses of what several people share. The list of cases itself is at `people:list`."""

from __future__ import annotations

from django.urls import path

from sojourn.web.caseload import calendar_views, hand_views, team_views, views

app_name = "caseload"
urlpatterns = [
    path("filters/", views.keep, name="keep"),
    path("filters/<uuid:filter_id>/", views.change_filter, name="change_filter"),
    path("cases/<uuid:case_id>/", hand_views.one, name="hand_over_one"),
    path("hand-over/<int:user_id>/", hand_views.whole, name="hand_over"),
    path("handed-over/<uuid:hand_over_id>/", hand_views.handed_over, name="handed_over"),
    path("team/", team_views.team, name="team"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/mine.ics", calendar_views.calendar_file, name="calendar_file"),
]
