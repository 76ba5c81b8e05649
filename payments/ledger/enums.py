from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Book(TextChoices):
    """Two books; a transfer stays inside one."""

    CASH = "cash", _("Cash: money we hold and owe")
    BUDGET = "budget", _("Budget: the spending ladder, no money")
