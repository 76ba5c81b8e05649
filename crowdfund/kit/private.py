"""Where private files lie: named in the settings, so that an installation can put them elsewhere."""

from __future__ import annotations

from typing import NoReturn

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """A folder without an address (`PRIVATE_ROOT`): only `crowdfund.kit.files.send_private` hands out what is in it."""

    @property
    def location(self) -> str:  # cached in Django: here a test has a folder of its own
        """Give the folder."""
        return str(settings.PRIVATE_ROOT)

    def url(self, name: str | None) -> NoReturn:
        """Refuse: there is no address."""
        raise ValueError("private files have no address")
