"""Take the boundaries of neighbourhoods from a GeoJSON file (WGS84)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.places import import_boundaries
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`import_boundaries FILE OFFICER_EMAIL --source "…" [--name NIL] [--residents RES] [--create]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the file, the officer in whose name it is done, and what the file calls things."""
        parser.add_argument("file", type=Path)
        parser.add_argument("email", help="the officer in whose name it is done")
        parser.add_argument("--source", required=True, help="where the boundaries come from")
        parser.add_argument("--name", default="name", help="the property that holds the name")
        parser.add_argument("--residents", default="", help="the property that holds the residents")
        parser.add_argument("--create", action="store_true", help="make the places that are not known yet")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import all of the file or nothing."""
        officer = User.objects.filter(email__iexact=options["email"]).first()
        if officer is None:
            raise CommandError(f"Nobody here has the email {options['email']}.")
        try:
            done = import_boundaries(
                content=options["file"].read_bytes(),
                source=options["source"],
                name_property=options["name"],
                residents_property=options["residents"],
                create=options["create"],
                by=officer,
                now=clock.now(),
            )
        except (OSError, Refused) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done.changed} changed, {done.created} created")
