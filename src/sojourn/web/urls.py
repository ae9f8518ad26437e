"""Every address of the application. All need sign-in except where a view says otherwise."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from sojourn.web.accounts import leaving
from sojourn.web.accounts.urls import sign_in
from sojourn.web.api import service as api

urlpatterns = [
    path("", include("sojourn.web.home.urls")),
    path("account/", include(sign_in)),
    path("organisation/", include("sojourn.web.accounts.urls")),
    path("organisation/members/programmes/", include("sojourn.web.programmes.urls")),
    path("", include("sojourn.web.printing.urls")),
    path("people/<uuid:person_id>/consents/", include("sojourn.web.consent.urls")),
    path("people/twice/", include("sojourn.web.duplicates.urls")),
    path("people/<uuid:person_id>/copies/", include("sojourn.web.exports.copy_urls")),
    path("people/", include("sojourn.web.people.urls")),
    path("", include("sojourn.web.kin.urls")),
    path("cases/<uuid:case_id>/plan/", include("sojourn.web.plans.urls")),
    path("cases/<uuid:case_id>/notes/", include("sojourn.web.notes.urls")),
    path("", include("sojourn.web.followup.urls")),
    path("cases/<uuid:case_id>/incidents/", include("sojourn.web.incidents.urls")),
    path("cases/<uuid:case_id>/journey/", include("sojourn.web.journeys.urls")),
    path("cases/<uuid:case_id>/best-interests/", include("sojourn.web.interests.urls")),
    path("cases/<uuid:case_id>/who/", include("sojourn.web.reach.urls")),
    path("cases/", include("sojourn.web.cases.urls")),
    path("caseload/", include("sojourn.web.caseload.urls")),
    path("exports/", include("sojourn.web.exports.urls")),
    path("imports/", include("sojourn.web.imports.urls")),
    path("places/", include("sojourn.web.places.urls")),
    path("emergency/", include("sojourn.web.glass.urls")),
    path("frameworks/", include("sojourn.web.frameworks.urls")),
    path("data-protection/", include("sojourn.web.oversight.urls")),
    path("audit/", include("sojourn.web.audit.urls")),
    path("openrosa/", include("sojourn.web.field.urls")),
    path("tokens/", include("sojourn.web.api.urls")),
    path("webhooks/", include("sojourn.web.webhooks.urls")),
    path("api/v1/", api.urls()),
    path("leave/", leaving.leave, name="leave"),
    path("calendar/", leaving.month, name="calendar"),
    path("language/", login_not_required(set_language), name="set_language"),
]

handler400 = "sojourn.web.errors.bad_request"
handler403 = "sojourn.web.errors.forbidden"
handler404 = "sojourn.web.errors.not_found"
handler500 = "sojourn.web.errors.server_error"
