"""Organisations, the people who sign in, and what they were granted."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.areas import AREA_LENGTH
from sojourn.web.accounts.roles import Role


class Organisation(models.Model):
    """An organisation that keeps files of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    code = models.SlugField(max_length=8, unique=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="branches"
    )

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People of one organisation who look after cases together."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="team_name_once", fields=["organisation", "name"])
        ]

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """Work of one organisation under one name, such as help on return.

    A case may belong to one. One that is not used any more keeps its cases and roles; nothing new
    is put under it. What it asks for before a step stands in `programmes`.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="programmes"
    )
    code = models.SlugField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=120)
    is_used = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="programme_code_once", fields=["organisation", "code"]),
            models.UniqueConstraint(name="programme_name_once", fields=["organisation", "name"]),
        ]

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Makes users, and finds them by the name they sign in with."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do is in their grants, nowhere else."""

    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Scope(models.TextChoices):
    """Which of an organisation's cases a grant reaches."""

    OWN_CASES = "own_cases", _("Their own cases")
    NAMED_CASES = "named_cases", _("Named cases")
    TEAM = "team", _("The cases of a team")
    PROGRAMME = "programme", _("The cases of a programme")
    AREA = "area", _("The cases of an area")
    ORGANISATION = "organisation", _("All cases of the organisation")
    BRANCHES = "branches", _("All cases of the organisation and its branches")


class OwnRole(models.Model):
    """A role as one organisation made it: a shipped one changed, or one of its own.

    `code` is the code of the shipped role, or one that no shipped role has; `name` is empty for a
    shipped one, whose name is translated. `base` is the shipped role it was copied from; empty
    where it was copied from none. What it may do is in its versions.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="own_roles"
    )
    code = models.CharField(max_length=30)
    name = models.CharField(_("name"), max_length=60, blank=True)
    base = models.CharField(max_length=30, blank=True, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_own_role_once", fields=["organisation", "code"])
        ]

    def __str__(self) -> str:
        return self.code


class RoleState(models.TextChoices):
    """Where a version of a role stands."""

    WAITING = "waiting", _("waits for the data protection officer")
    IN_FORCE = "in_force", _("in force")
    REPLACED = "replaced", _("replaced")
    DECLINED = "declined", _("not confirmed")


class RoleVersion(models.Model):
    """What a role may do from one moment on. Rows are added; only their state goes on.

    `levels` says for each class of data what the role does with it. `default_scope` is offered
    when the role is given.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    role = models.ForeignKey(OwnRole, on_delete=models.PROTECT, related_name="versions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    verbs = models.JSONField(default=list)
    levels = models.JSONField(default=dict)
    default_scope = models.CharField(max_length=20, choices=Scope.choices)
    state = models.CharField(max_length=10, choices=RoleState.choices)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "state"])]
        constraints = [
            models.UniqueConstraint(name="a_role_version_once", fields=["role", "number"]),
            models.UniqueConstraint(
                name="a_role_is_in_force_once",
                fields=["role"],
                condition=Q(state=RoleState.IN_FORCE),
            ),
            models.UniqueConstraint(
                name="a_role_waits_once", fields=["role"], condition=Q(state=RoleState.WAITING)
            ),
            models.CheckConstraint(
                name="a_role_takes_another_person", condition=~Q(decided_by=F("made_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} {self.number}"


class Grant(models.Model):
    """One role in one organisation, for a time, given by somebody for a reason.

    `role` is the code of a shipped role or of one that the organisation made (`OwnRole`). `area`
    is the path of an area (`areas`), with all that lies in it.
    """

    ACCESS_KEY = "organisation_id"

    holder = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=30)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="grants")
    scope = models.CharField(max_length=20, choices=Scope.choices, default=Scope.ORGANISATION)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    area = models.CharField(max_length=AREA_LENGTH, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["holder", "revoked_at"])]
        constraints = [
            models.CheckConstraint(
                name="grant_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.UniqueConstraint(
                name="grant_once",
                fields=["holder", "role", "organisation", "scope"],
                condition=Q(revoked_at=None, team=None, programme=None, area=""),
            ),
            models.UniqueConstraint(
                name="grant_once_per_team",
                fields=["holder", "role", "team"],
                condition=Q(revoked_at=None, team__isnull=False),
            ),
            models.UniqueConstraint(
                name="grant_once_per_programme",
                fields=["holder", "role", "programme"],
                condition=Q(revoked_at=None, programme__isnull=False),
            ),
            models.UniqueConstraint(
                name="grant_once_per_area",
                fields=["holder", "role", "organisation", "area"],
                condition=Q(revoked_at=None) & ~Q(area=""),
            ),
            models.CheckConstraint(
                name="a_grant_for_a_team_names_it",
                condition=Q(scope=Scope.TEAM, team__isnull=False)
                | (~Q(scope=Scope.TEAM) & Q(team=None)),
            ),
            models.CheckConstraint(
                name="a_grant_for_a_programme_names_it",
                condition=Q(scope=Scope.PROGRAMME, programme__isnull=False)
                | (~Q(scope=Scope.PROGRAMME) & Q(programme=None)),
            ),
            models.CheckConstraint(
                name="a_grant_for_an_area_names_it",
                condition=(Q(scope=Scope.AREA) & ~Q(area="")) | (~Q(scope=Scope.AREA) & Q(area="")),
            ),
        ]

    role_name: str = ""
    """The role in words, and whether it opens any case: see `own_roles.named`."""
    opens_cases: bool = False

    def __str__(self) -> str:
        return f"{self.role} ({self.pk})"


class GrantedCase(models.Model):
    """One of the cases that a grant for named cases reaches.

    The case is named by its id alone: this app stands below the one that holds cases. An id that
    is no case of the grant's organisation reaches nothing. `valid_until` is the last day; None
    where it goes on as long as the grant. `given_by` is empty where it came with the grant.
    """

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="named_cases")
    case_id = models.UUIDField(db_index=True)
    valid_until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    given_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="named_once", fields=["grant", "case_id"], condition=Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.case_id)


class ShortGrant(models.Model):
    """Lets the holder of a grant for some cases read one file more, until a moment.

    It lasts no longer than the grant it rests on. `reason` is a code, never a story; what was
    written and who looked at it is kept where files are opened (`glass`).
    """

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="short_grants")
    case_id = models.UUIDField()
    person_id = models.UUIDField()
    reason = models.CharField(max_length=20)
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["grant", "ends_at"])]

    def __str__(self) -> str:
        return f"{self.reason} ({self.pk})"


class Interest(models.TextChoices):
    """How somebody who signs in is part of a case."""

    SUBJECT = "subject", _("The case is about them")
    ALLEGED_ACTOR = "alleged_actor", _("Said to have done harm")
    COMPLAINED_ABOUT = "complained_about", _("Complained about")
    RELATIVE = "relative", _("A relative")


class Conflict(models.Model):
    """Keeps somebody who is part of a case away from it, whatever was granted.

    `interest` is empty once the person was erased: nobody is told any more what they were to them.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="conflicts")
    case_id = models.UUIDField(db_index=True)
    interest = models.CharField(max_length=20, choices=Interest.choices)
    declared_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="conflict_once", fields=["user", "case_id", "interest"])
        ]

    def __str__(self) -> str:
        return f"{self.interest} ({self.pk})"


class Invitation(models.Model):
    """A place for one new account, in one organisation and one role, open for some days.

    Its link is signed and not kept; it opens the place once. `name` is whom it was meant for.
    """

    ACCESS_KEY = "organisation_id"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations"
    )
    role = models.CharField(max_length=30)
    scope = models.CharField(max_length=20, choices=Scope.choices, default=Scope.ORGANISATION)
    role_until = models.DateField(null=True, blank=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(blank=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_by_operator = models.BooleanField(default=False)
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.OneToOneField(
        User, null=True, on_delete=models.SET_NULL, related_name="invitation"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_invitation_ends_once",
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
            )
        ]

    role_name: str = ""
    """The role in words, and whether it opens any case: see `own_roles.named`."""
    opens_cases: bool = False

    def __str__(self) -> str:
        return f"{self.role} ({self.pk})"


class WrongAttempt(models.Model):
    """One wrong attempt to sign in, counted for a day. `key` is a keyed digest of who or where."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key", "at"])]

    def __str__(self) -> str:
        return str(self.at)
