"""Who asks, and what there is that is about nobody."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from ninja import Router

from sojourn.framework import Framework
from sojourn.web.accounts.access import principal_of
from sojourn.web.api import schemas
from sojourn.web.api.door import CHANNEL
from sojourn.web.api.kit import reads
from sojourn.web.api.rules import widest
from sojourn.web.cases import frameworks
from sojourn.web.consent import notices
from sojourn.web.frameworks import queries
from sojourn.web.i18n import language

router = Router(tags=["About nobody"])


@reads(router, "/me", None, schemas.Me)
def me(request: HttpRequest) -> schemas.Me:
    """Who asks, and what they may do and see on this way in.

    With a token it is what the token leaves of its owner's roles.
    """
    by = principal_of(request)
    power = widest(by)
    return schemas.Me(
        name=by.name,
        roles=[
            schemas.Role(role=g.role, organisation=g.organisation_id, scope=g.scope)
            for g in by.grants
            if not g.opened_for
        ],
        verbs=sorted(power.verbs),
        data_classes=sorted(power.classes),
        organisations=sorted(frozenset().union(*(g.organisations for g in by.grants))),
        by_token=by.channel != CHANNEL,
    )


@reads(router, "/frameworks", None, schemas.Frameworks)
def list_frameworks(request: HttpRequest) -> schemas.Frameworks:
    """The newest version of every framework that can be used or was used.

    New assessments use the one that `is_current`.
    """
    del request
    return schemas.Frameworks(items=[_line(each) for each in queries.newest()])


@reads(router, "/frameworks/{framework_id}", None, schemas.Framework)
def read_framework(request: HttpRequest, framework_id: str, digest: str = "") -> schemas.Framework:
    """The questions of a framework's form, and its factors.

    Labels are in the language of the request. `digest` names an earlier content.
    """
    del request
    versions = queries.versions(framework_id)
    version = next((each for each in versions if digest in ("", each.digest)), None)
    if version is None:
        raise Http404
    return _whole(queries.content(version))


@reads(router, "/consent-notice", None, schemas.Notice)
def read_notice(request: HttpRequest) -> schemas.Notice:
    """What is explained before somebody is asked for consent, and what they can agree to."""
    del request
    notice = notices.CURRENT
    return schemas.Notice(
        name=notice.name,
        version=notice.version,
        points=[str(point) for point in notice.points],
        purposes=list(notice.purposes),
        recipients=list(notice.recipients),
        data_classes=list(notice.data_classes),
    )


def _line(framework: Framework) -> schemas.FrameworkLine:
    return schemas.FrameworkLine(
        id=framework.id,
        version=framework.version,
        digest=framework.digest,
        title=framework.title.get(language()),
        is_current=framework.digest == frameworks.current().digest,
    )


def _whole(framework: Framework) -> schemas.Framework:
    tongue = language()
    return schemas.Framework(
        **_line(framework).model_dump(),
        languages=sorted(framework.languages),
        questions=[
            schemas.Question(
                name=q.name,
                kind=q.kind,
                label=q.label.get(tongue),
                hint=q.hint.get(tongue),
                choices=[schemas.Choice(code=c.name, label=c.label.get(tongue)) for c in q.choices],
                missing_codes={code: kind.value for code, kind in q.missing_codes.items()},
                roster=q.roster,
                data_class=q.data_class.value if q.data_class is not None else None,
                of_place=q.of_place,
                relevant=q.relevant,
            )
            for q in framework.questions
        ],
        rosters={roster.name: roster.parent for roster in framework.rosters},
        factors=[
            schemas.Factor(
                name=f.name,
                label=f.label.get(tongue),
                level=f.level,
                effect=f.effect,
                nature=f.nature,
                stages=[stage.value for stage in f.stages],
                data_class=f.data_class,
                source=f.source,
            )
            for f in framework.factors
        ],
    )
