"""What the API answers. What is not shown to whoever asks is None, and named in `withheld`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

from ninja import Schema

from sojourn.web.cases.readings import Reading
from sojourn.web.cases.situation import HorizonGroup, Item, LevelBand, StagePoint, Suggestion

Line = TypeVar("Line")


class Page(Schema, Generic[Line]):
    """Some lines of a list. `next` is sent as `after` for the next page; None on the last one."""

    items: list[Line]
    next: str | None = None


class Done(Schema):
    """What was made or changed. Ids and versions alone: never anything about a person."""

    id: str
    row_version: int | None = None
    state: str | None = None


class Registered(Schema):
    """A new file."""

    id: UUID
    number: str
    case: UUID


class Answer(Schema):
    """An answer as the form has it: a code, codes, a number, a day; or why there is none.

    The three kinds of missing are kept: `not_asked`, `does_not_know`, `prefers_not_to_say`.
    """

    value: str | list[str] | None = None
    missing: Literal["not_asked", "does_not_know", "prefers_not_to_say", "unusable"] | None = None


class Role(Schema):
    role: str
    organisation: UUID
    scope: str


class Me(Schema):
    """Who asks, and what they may do and see on this way in."""

    name: str
    roles: list[Role]
    verbs: list[str]
    data_classes: list[str]
    organisations: list[UUID]
    by_token: bool


class Name(Schema):
    """One name, as it is written and in Latin letters. `family` is the family's part of it."""

    own: str
    latin: str
    kind: str
    family: str


class Names(Name):
    """The name that is shown first, and all others."""

    more: list[Name]


class Document(Schema):
    """A document, or a number by which another organisation knows the person (`outside`)."""

    number: str
    kind: str
    country: str
    issued: str
    expires: str
    held_by: str
    seen: str


class Person(Schema):
    """Who somebody is. Of a `birth_certainty` of `year` month and day of the birth date are 1."""

    id: UUID
    number: str
    organisation: UUID
    registered_at: datetime
    erased_at: datetime | None
    language: str
    names: Names | None
    birth_date: str | None
    birth_certainty: str | None
    sex: str | None
    nationality: str | None
    home: str | None
    documents: list[Document] | None
    phone: str | None
    version: str | None
    case: UUID | None
    withheld: list[str]


class PersonLine(Schema):
    """A person in a list. `urgent` are factors of the open case that cannot wait."""

    id: UUID
    number: str
    organisation: UUID
    registered_at: datetime
    erased: bool
    name: str | None
    case: UUID | None
    urgent: list[str]
    withheld: list[str]


class Held(Schema):
    """That there is a file which one may not open, and whom to ask."""

    id: UUID
    organisation: UUID
    ask: list[str]


class Found(Schema):
    people: list[PersonLine]
    held: list[Held]


class Event(Schema):
    """Something that was done or looked at, in words and in codes."""

    seq: int
    at: datetime
    who: str
    verb: str
    what: str
    object: str
    object_type: str
    purpose: str
    count: int | None
    channel: str


class CaseLine(Schema):
    id: UUID
    person: UUID
    organisation: UUID
    number: str
    name: str | None
    state: str
    phase: str
    episode: int
    review_on: date | None
    assessed_at: datetime | None
    worker: int | None
    team: int | None
    programme: int | None
    area: str | None
    urgent: list[str]
    withheld: list[str]


class Step(Schema):
    at: datetime
    what: str
    reason: str
    words: str | None
    by: str
    state: str


class Episode(Schema):
    number: int
    opened_at: datetime
    opened_by: str
    opened_because: str
    closed_at: datetime | None
    closed_by: str
    closed_because: str
    outcome: str
    feedback: str
    moved_to: str


class Lack(Schema):
    """Something that the case's programme asks for before a step, and that is not there yet."""

    before: str
    gate: str
    text: str


class Case(CaseLine):
    """`merged_into` is the case in which the work goes on, where this one is closed as a duplicate;
    `merged_here` those that are closed for this one. Both as far as one reaches them."""

    opened_at: datetime
    row_version: int
    acts: list[str]
    lacking: list[Lack]
    steps: list[Step]
    episodes: list[Episode]
    merged_into: UUID | None
    merged_here: list[UUID]
    differing: list[UUID]


class Difference(Schema):
    """One field that two people changed, with both values."""

    id: UUID
    label: str
    first: str
    second: str
    first_by: str
    second_by: str
    decider: str
    may_settle: bool


class Differences(Schema):
    items: list[Difference]


class AssessmentLine(Schema):
    id: UUID
    made_at: datetime
    made_by: str
    framework: str
    basis: str
    stage: str | None


class AssessmentLines(Schema):
    items: list[AssessmentLine]
    may_assess: str


class Assessment(Schema):
    """Findings with their because, as the situation page lays them out, and the answers.

    Of somebody who agrees to nothing any more nothing is shown.
    """

    id: UUID
    case: UUID
    made_at: datetime
    made_by: str
    framework: str
    framework_version: str
    framework_digest: str
    basis: str
    stage: str | None
    is_current: bool
    levels: list[LevelBand]
    urgent: list[Item]
    responses: list[HorizonGroup]
    signs: list[Suggestion] | None
    stages: list[StagePoint]
    readings: list[Reading]
    not_shown: int
    answers: dict[str, Answer]
    rosters: dict[str, list[dict[str, Answer]]]
    withheld: list[str]


class FrameworkLine(Schema):
    id: str
    version: str
    digest: str
    title: str
    is_current: bool


class Frameworks(Schema):
    items: list[FrameworkLine]


class Choice(Schema):
    code: str
    label: str


class Question(Schema):
    name: str
    kind: str
    label: str
    hint: str
    choices: list[Choice]
    missing_codes: dict[str, str]
    roster: str | None
    data_class: str | None
    of_place: bool
    relevant: str


class Factor(Schema):
    name: str
    label: str
    level: str
    effect: str
    nature: str
    stages: list[str]
    data_class: str
    source: str


class Framework(FrameworkLine):
    languages: list[str]
    questions: list[Question]
    rosters: dict[str, str]
    factors: list[Factor]


class PlanItem(Schema):
    id: UUID
    title: str
    goal: str
    need: str
    need_label: str
    response: str
    resource: str | None
    horizon: str
    owner: int | None
    by_person: bool
    owner_organisation: UUID
    due: date
    state: str
    outcome: str
    ended_because: str
    row_version: int
    acts: list[str]


class Offered(Schema):
    name: str
    label: str


class Offer(Schema):
    """What the assessment offers to a plan."""

    needs: list[Offered]
    responses: list[Offered]
    resources: list[Offered]


class Vote(Schema):
    at: datetime
    by: str
    approves: bool
    words: str


class Approval(Schema):
    id: UUID
    state: str
    requested_at: datetime
    requested_by: str
    quorum: int
    agreed: int
    may_decide: bool
    votes: list[Vote]


class Plan(Schema):
    """A version of the plan with what may be shown of it."""

    id: UUID
    case: UUID
    version: int
    is_current: bool
    assessment: UUID
    made_at: datetime
    items: list[PlanItem]
    offer: Offer | None
    approval: Approval | None
    withheld: list[str]


class ItemPast(Schema):
    at: datetime
    what: str
    reason: str
    words: str
    by: str


class PlanItemPast(PlanItem):
    past: list[ItemPast]


class File(Schema):
    id: UUID
    name: str


class Note(Schema):
    id: UUID
    text: str
    data_class: str
    is_confidential: bool
    author: str
    made_at: datetime
    changed_at: datetime | None
    row_version: int
    files: list[File]


class Notes(Schema):
    items: list[Note]
    withheld: list[str]


class Notice(Schema):
    """What is explained before consent is asked for, and the widest that can be agreed to."""

    name: str
    version: str
    points: list[str]
    purposes: list[str]
    recipients: list[str]
    data_classes: list[str]


class Consent(Schema):
    id: UUID
    state: str
    in_force: bool
    purposes: list[str]
    recipients: list[str]
    data_classes: list[str]
    valid_from: date
    valid_until: date | None
    notice: str
    notice_version: str
    notice_language: str
    renews: UUID | None
    recorded_at: datetime
    may_answer: bool
    may_withdraw: bool


class Consents(Schema):
    """A person's answers, and what follows from them today."""

    items: list[Consent]
    cover: str
    agreed_classes: list[str]


class Override(Schema):
    id: UUID
    danger: str
    words: str | None
    state: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    ends_at: datetime | None
    in_force: bool
    may_confirm: bool


class Overrides(Schema):
    items: list[Override]
    withheld: list[str]


class Opening(Schema):
    id: UUID
    person: UUID
    case: UUID
    organisation: UUID
    opened_at: datetime
    opened_by: str
    reason: str
    words: str
    waits: bool
    lasts: bool


class Openings(Schema):
    items: list[Opening]


class Place(Schema):
    id: UUID
    organisation: UUID
    place: str
    period: str
    framework: str
    made_at: datetime


class Fact(Schema):
    label: str
    value: str


class PlaceAnswers(Place):
    facts: list[Fact]
    not_asked: int
    others: list[UUID]
    withheld: list[str]


class Places(Schema):
    items: list[Place]


class Grant(Schema):
    id: int
    holder: int
    name: str
    role: str
    organisation: UUID
    scope: str
    team: int | None
    programme: int | None
    area: str
    valid_from: date
    valid_until: date | None
    ended: bool


class Team(Schema):
    id: int
    organisation: UUID
    name: str
    members: list[int]


class Teams(Schema):
    items: list[Team]


class GateLine(Schema):
    """Whether something is asked for before a step, and of how many people."""

    gate: str
    before: str
    is_on: bool
    needed: int


class Programme(Schema):
    id: int
    organisation: UUID
    code: str
    name: str
    is_used: bool
    gates: list[GateLine]


class Programmes(Schema):
    items: list[Programme]


class Gates(Schema):
    organisation: UUID
    gates: list[GateLine]


class Members(Schema):
    items: list[Grant]


class Checkpoint(Schema):
    """The newest event of the audit, signed, for somebody else to keep."""

    what: str
    seq: int
    row_hash: str
    at: str
    public_key: str
    signature: str


class Chain(Schema):
    """Whether the audit is whole. `broken_at` is the first event that does not fit; `written_anew`
    are events that are not what was signed."""

    events: int
    last_hash: str
    is_whole: bool
    broken_at: int | None
    written_anew: list[int]
