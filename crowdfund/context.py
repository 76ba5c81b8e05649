"""What every template may show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info

if TYPE_CHECKING:
    from django.http import HttpRequest


def language_alternates(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the same page in each language: code, label in that language, address, current."""
    here, current = request.get_full_path(), get_language()
    return [
        {
            "code": code,
            "label": get_language_info(code)["name_local"].capitalize(),
            "url": translate_url(here, code),
            "current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the site's name, its languages and the banner of the demonstration."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "demo_mode": settings.DEMO_MODE,
        "accessibility_statement_url": settings.ACCESSIBILITY_STATEMENT_URL,
        "language_alternates": language_alternates(request),
    }
