"""One's own name and language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.permissions import is_person, require
from crowdfund.kit.errors import Invalid

if TYPE_CHECKING:
    from accounts.models import User


def update_profile(*, user: User, name: str, language: str, by: User) -> None:
    """Change one's own name and language. Raises `Invalid` for a language that the site does not speak."""
    require(is_person(by) and by.pk == user.pk)
    if language not in dict(settings.LANGUAGES):
        raise Invalid("unknown_language", _("The site does not speak this language."), field="language")
    user.name, user.language = name.strip()[:120], language
    user.save(update_fields=["name", "language"])
