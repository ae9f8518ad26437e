"""Leaving quickly: out of the session and on to a page that says nothing about where one was."""

from __future__ import annotations

import calendar

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import dates, timezone
from django.utils.formats import get_format
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe


@csrf_exempt  # a page open for too long has to let go, too; from another site no cookie comes
@login_not_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Ends the session and leads to a neutral page, whatever state the session is in."""
    logout(request)
    response = HttpResponseRedirect(settings.LEAVE_TO or reverse("calendar"))
    response.status_code = 303  # what follows is asked for anew, whatever the browser makes of 302
    return response


@login_not_required
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """This month: a page that anybody may have open."""
    today = timezone.localdate()
    first = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7  # Django counts from Sunday
    weeks = calendar.Calendar(first).monthdatescalendar(today.year, today.month)
    names = [dates.WEEKDAYS_ABBR[(first + each) % 7] for each in range(7)]
    return render(request, "calendar.html", {"today": today, "weeks": weeks, "names": names})
