"""Compute the matches of a call again from its public export, and compare them to the cent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from crowdfund.kit.errors import Refused
from crowdfund.kit.money import format_euro
from payments.matching.formula import TooManyPairsError
from payments.matching.simulator.recompute import recompute

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Needs no database and no server: only the file that anyone may download."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the file's name."""
        parser.add_argument("export", type=Path, help="The ZIP that the call's open data page offers.")
        parser.add_argument("--json", action="store_true", help="Answer as JSON.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print each campaign's match; fail when one differs from what was published."""
        try:
            found = recompute(options["export"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except TooManyPairsError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            rows = [
                {"campaign": one.campaign, "published_cents": one.published_cents, "match_cents": one.cents}
                for one in found
            ]
            self.stdout.write(json.dumps({"campaigns": rows}))
        else:
            for one in found:
                self.stdout.write(f"{one.campaign}: {format_euro(one.cents, 'en')}")
        wrong = [one.campaign for one in found if not one.agrees]
        if wrong:
            raise CommandError(_("Other cents than published: %(names)s.") % {"names": ", ".join(wrong)})
