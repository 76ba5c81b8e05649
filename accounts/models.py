from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.enums import STAFF_ROLES, ConsentKind, OrganisationKind, Role, RoleDeed, TeamRole
from accounts.places.models import Neighbourhood

if TYPE_CHECKING:
    import datetime as dt


class Person(models.Model):
    """A human being. The service may know one by several accounts; what takes two people takes two of these.

    A codice fiscale is kept as a keyed digest only: enough to tell that two accounts are one person.
    """

    tax_code_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)

    def __str__(self) -> str:
        return f"person {self.pk}"


class People(BaseUserManager["User"]):
    """Makes users; allauth asks for these two names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user who logs in by email, a person of their own until told otherwise."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by email, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """An account: a person with a login. Everything else about a person is optional."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts", editable=False)
    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, default="it")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give a new account a person of its own, unless it has one."""
        if not self.person_id:
            self.person = Person.objects.create()
        super().save(*args, **kwargs)

    @cached_property
    def roles(self) -> frozenset[str]:
        """The city roles of this person; read once a request."""
        return frozenset(self.grants.values_list("role", flat=True))

    @cached_property
    def team_roles(self) -> dict[int, str]:
        """Organisation id → role in its team; read once a request."""
        return dict(self.memberships.values_list("organisation_id", "role"))

    @property
    def needs_second_factor(self) -> bool:
        """Staff of the municipality prove a second factor before anything else."""
        return bool(self.roles & STAFF_ROLES)


class RoleGrant(models.Model):
    """A city role, given to a person by somebody at some time."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="role_grant_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_grant_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class RoleEvent(models.Model):
    """A city role given or taken: to which person, by whom, when. Append-only; it outlives the account."""

    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="role_events")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="role_events")
    role = models.CharField(max_length=20, choices=Role.choices)
    deed = models.CharField(max_length=10, choices=RoleDeed.choices)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_event_role_known"),
            models.CheckConstraint(condition=Q(deed__in=RoleDeed.values), name="role_event_deed_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.role} · {self.deed}"


class Organisation(models.Model):
    """The legal body (or informal group) that carries projects and receives money."""

    name = models.CharField(_("name"), max_length=160)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind.choices)
    tax_code = models.CharField(_("tax code"), max_length=16, blank=True)
    about = models.TextField(_("about"), blank=True)
    email = models.EmailField(_("email"), blank=True)
    neighbourhood = models.ForeignKey(
        Neighbourhood, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("neighbourhood")
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in an organisation's team."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=TeamRole.choices)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=TeamRole.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"


class Consent(models.Model):
    """What was agreed to, in which words (by version and language), by whom and when. Append-only."""

    kind = models.CharField(max_length=20, choices=ConsentKind.choices)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    text = models.TextField()
    email = models.EmailField(blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="consents")
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class ApiToken(models.Model):
    """A person's key to the API; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(_("label"), max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    second_factor = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"


class CalendarLink(models.Model):
    """A person's private address of the desk's calendar. Another version makes every earlier address worthless."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_link")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} v{self.version}"


class IdempotencyKey(models.Model):
    """A key sent with a write through the API: the same key answers the same, and does nothing twice."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class TwoPeople(models.Model):
    """What one person proposes and another decides: two different people, not two accounts of one.

    What is decided on never changes after the proposal: another amount or payee is another proposal. The fields are
    filled with `proposal` and `decision`; the database refuses a decision by the person who proposed it.
    """

    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_person__isnull=True) | ~Q(decided_person=F("proposed_person")),
                name="%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_person__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_person__isnull=False, decided_at__isnull=False),
                name="%(class)s_decision_whole",
            ),
        ]

    @staticmethod
    def proposal(by: User, now: dt.datetime) -> dict[str, Any]:
        """Give the fields of a proposal made by this account, and so by its person."""
        return {"proposed_by": by, "proposed_person_id": by.person_id, "proposed_at": now}

    @staticmethod
    def decision(by: User, now: dt.datetime) -> dict[str, Any]:
        """Give the fields of a decision, for or against, made by this account."""
        return {"decided_by": by, "decided_person_id": by.person_id, "decided_at": now}
