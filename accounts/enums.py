from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person may do for the city, given as rows by an officer."""

    OFFICER = "officer", _("Municipality officer")
    APPROVER = "approver", _("Approver")
    AUDITOR = "auditor", _("Auditor")
    ANIMATOR = "animator", _("Animator")
    TUTOR = "tutor", _("Tutor")
    HUB_OPERATOR = "hub_operator", _("Hub operator")


STAFF_ROLES = frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR})


class RoleDeed(TextChoices):
    """What was done with a city role."""

    GRANTED = "granted", _("Granted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class TeamRole(TextChoices):
    """What a person may do for an organisation."""

    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    ACCOUNTANT = "accountant", _("Accountant")


class OrganisationKind(TextChoices):
    """The forms that may carry a project."""

    ASSOCIATION = "association", _("Association")
    COOPERATIVE = "cooperative", _("Social cooperative")
    FOUNDATION = "foundation", _("Foundation")
    SOCIAL_ENTERPRISE = "social_enterprise", _("Social enterprise")
    COMPANY = "company", _("Company")
    INFORMAL = "informal", _("Informal group")


class ConsentKind(TextChoices):
    """What a person agreed to."""

    CHARGE = "charge", _("Charge of the saved card")
    TRANSFER = "transfer", _("Promise of a bank transfer")
    CASH = "cash", _("Cash given at a desk")
    PRIVACY = "privacy", _("Privacy notice")
    TOLD_OF_NEED = "told_of_need", _("News of a need")
