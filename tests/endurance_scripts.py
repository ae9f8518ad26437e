"""What `endurance` runs in processes of their own: filling an installation, and looking into it."""

from __future__ import annotations

SETUP = """
    import json, sys
    from pathlib import Path
    from sojourn.web.serve import prepare
    prepare(Path(sys.argv[1]))
    from django.conf import settings
    settings.ALLOWED_HOSTS.append("testserver")
    from allauth.mfa.models import Authenticator
    from django.test import Client
    from django.utils import timezone
    from sojourn.language import read_answers
    from sojourn.web.accounts import actions
    from sojourn.web.accounts.access import SYSTEM, principal_for
    from sojourn.web.accounts.roles import Role
    from sojourn.web.cases import actions as cases, frameworks
    from sojourn.web.cases.models import LegalBasis
    from sojourn.web.consent import actions as consents
    from sojourn.web.consent.actions import Asked
    from sojourn.web.field import actions as field
    from sojourn.web.field.tickets import token_of
    from sojourn.web.people.actions import Newcomer
    from sojourn.web.people.rules import IdentityData, Names
    from sojourn.web.plans import actions as plans
    place = actions.add_organisation(name="Harbour", code="HA", by=SYSTEM)
    framework = frameworks.current()
    clients = []
    for number in range(int(sys.argv[2])):
        user = actions.add_user(
            username=f"worker{number}", name="W", password="x" * 12, organisation=place, by=SYSTEM
        )
        actions.grant(holder=user, role=Role.CASE_WORKER, organisation=place, by=SYSTEM)
        Authenticator.objects.bulk_create([Authenticator(user=user, type="totp", data={})])
        by = principal_for(user)
        first = Newcomer(IdentityData(Names("first of all")), "ar")
        (case,) = cases.open_files(organisation=place, newcomers=[first], by=by)
        asked = Asked(
            purposes=["assessment"], recipients=["own"],
            data_classes=["identity", "journey", "case_work", "body_health"],
            notice_language="ar", explained="read_aloud", method="spoken", given_by="self",
            understood=True, valid_from=timezone.localdate(),
        )
        consent = consents.ask(person=case.person, asked=asked, by=by)
        consents.answer(consent=consent, given=True, by=by)
        cases.assess(
            case=case,
            framework=framework,
            answers=read_answers(framework, {"stage": "transit", "sleeps_safely": "no"}),
            made=cases.Made(LegalBasis.CONSENT, timezone.now()),
            by=by,
        )
        plans.begin(case=case, by=by)
        ticket = field.open_form(case=case, basis=LegalBasis.CONSENT, by=by)
        client = Client()
        client.force_login(user)
        clients.append({
            "session": client.cookies["sessionid"].value,
            "organisation": str(place.pk),
            "user": str(user.pk),
            "person": str(case.person_id),
            "case": str(case.pk),
            "token": token_of(ticket.pk),
        })
    print("MADE", json.dumps(clients))
"""

LOOK = """
    import json, sys
    from pathlib import Path
    from sojourn.web.serve import prepare
    prepare(Path(sys.argv[1]))
    from django.apps import apps
    from sojourn.web.audit.models import Event
    from sojourn.web.audit.queries import verify
    from sojourn.web.people import words
    from sojourn.web.consent.models import Consent
    from sojourn.web.field.models import Submission
    from sojourn.web.keeping import checks
    from sojourn.web.notes.models import Attachment, Note
    from sojourn.web.people import identities
    from sojourn.web.people.models import Person
    from sojourn.web.plans.models import PlanItem
    told = set(Event.objects.exclude(object_id="").values_list("object_id", flat=True))
    found, half = {}, []
    def add(kind, rows, text, *needed):
        for row in rows:
            found.setdefault(kind, []).append(text(row))
            if str(row.pk) not in told:
                half.append(f"{kind} without its event")
            half.extend(
                f"{kind} without its {name}" for name, is_there in needed if not is_there(row)
            )
    people = list(Person.objects.select_related("identity", "key"))
    add(
        "person", people, lambda row: identities.open_many([row])[row.pk].names.own,
        ("case", lambda row: row.cases.exists()),
        ("episode", lambda row: row.cases.get().episodes.exists()),
    )
    def opened(column):
        return lambda row: words.opened(row, column, words.key_for(row.person))
    add("note", Note.objects.all(), opened("words"))
    for row in Attachment.objects.select_related("note", "person"):
        key = identities.key_of(row.person)
        content = key.open(bytes(row.content), place=f"notes_attachment.content|{row.pk}")
        found.setdefault("file", []).append(content.decode("latin-1")[-36:])
    add(
        "consent", Consent.objects.all(), opened("evidence"),
        ("answer", lambda row: row.state == "given"),
        ("history", lambda row: row.steps.count() == 2),
    )
    for row in Submission.objects.all():
        found.setdefault("answers", []).append(row.instance_id.removeprefix("uuid:"))
        if row.assessment_id is None:
            half.append("answers without their assessment")
    add("item", PlanItem.objects.all(), opened("goal"))
    print("FOUND", json.dumps({
        "found": found,
        "half": half,
        "intact": verify().intact,
        "problems": [f"{each.what}: {each.problem}" for each in checks.look() if each.problem],
    }))
"""
