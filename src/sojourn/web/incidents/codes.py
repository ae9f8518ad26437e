"""The lists that an incident and an alleged actor are described with. Codes are never reworded."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What happened, as far as the person says."""

    VIOLENCE = "violence", _("Violence against the body")
    SEXUAL_VIOLENCE = "sexual_violence", _("Sexual violence")
    TORTURE = "torture", _("Torture or cruel treatment")
    THREAT = "threat", _("A threat")
    CAPTIVITY = "captivity", _("Held captive, or for ransom")
    DETENTION = "detention", _("Detention")
    PUSHED_BACK = "pushed_back", _("Pushed back or sent away at a border")
    FORCED_WORK = "forced_work", _("Forced to work, or wages kept")
    SEXUAL_EXPLOITATION = "sexual_exploitation", _("Sexual exploitation")
    DECEIVED = "deceived", _("Deceived when recruited")
    ROBBERY = "robbery", _("Robbery or extortion")
    PAPERS_TAKEN = "papers_taken", _("Papers taken away")
    HELP_REFUSED = "help_refused", _("Help or rescue refused")
    SEPARATED = "separated", _("Separated from family")
    LOSS = "loss", _("Somebody died or went missing on the way")
    UNSAFE_TRANSPORT = "unsafe_transport", _("Transport that put lives in danger")
    HATE = "hate", _("Attack or insult out of hate")
    BY_A_HELPER = "by_a_helper", _("Harm or exploitation by somebody who should help")
    OTHER = "other", _("Something else")


class Precision(TextChoices):
    """How exactly the day is known."""

    DAY = "day", _("The exact day")
    MONTH = "month", _("About that month")
    YEAR = "year", _("About that year")
    UNKNOWN = "unknown", _("Not known")


class Told(TextChoices):
    """Where the knowledge comes from."""

    PERSON = "person", _("The person told it")
    OTHER = "other", _("Somebody else told it")
    SEEN = "seen", _("The case worker saw it")
    PAPER = "paper", _("It stands in a document")


class Wish(TextChoices):
    """What the person wants to be done about it."""

    NOT_ASKED = "not_asked", _("Not asked yet")
    NOTHING = "nothing", _("Nothing now")
    UNDECIDED = "undecided", _("Wants to think about it")
    COMPLAINT = "complaint", _("Wants to complain or report it")


class Withdrawn(TextChoices):
    """Why a record does not count any more."""

    MISTAKE = "mistake", _("It was written here by mistake")
    TWICE = "twice", _("The same is recorded elsewhere")
    PERSON_ASKED = "person_asked", _("The person asked for it")


class Actor(TextChoices):
    """Which part an alleged actor had in the person's life."""

    FAMILY = "family", _("Family")
    PARTNER = "partner", _("Partner or former partner")
    EMPLOYER = "employer", _("Employer")
    RECRUITER = "recruiter", _("Recruiter or agency")
    SMUGGLER = "smuggler", _("Somebody who arranged the journey")
    EXPLOITER = "exploiter", _("Somebody who gained from exploiting them")
    BORDER = "border", _("Border or coast guard")
    POLICE = "police", _("Police or detention staff")
    OFFICIAL = "official", _("Another official")
    ARMED_GROUP = "armed_group", _("An armed group or gang")
    NEIGHBOUR = "neighbour", _("Somebody of the place where they live")
    TRAVELLER = "traveller", _("Somebody who travelled along")
    HELPER = "helper", _("Somebody who works for an organisation that helps")
    UNKNOWN = "unknown", _("Not known")


class Reach(TextChoices):
    """Whether an alleged actor can still get at the person."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known")
