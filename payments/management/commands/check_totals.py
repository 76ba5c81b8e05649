"""Compare the totals that pages show with those derived from pledges and reservations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from payments.services.totals import repair_totals, totals_that_disagree

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`check_totals` says whether they agree; `check_totals --repair` sets those that don't."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--repair", action="store_true", help="set the totals that disagree")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line when all agree; otherwise list the campaigns and exit 1, unless they are repaired."""
        if options["repair"]:
            self.stdout.write(f"Totals repaired: {repair_totals()}.")
            return
        wrong = totals_that_disagree()
        if wrong:
            lines = "\n".join(f"- campaign {pk}: shown {s}, derived {d}" for pk, (s, d) in wrong.items())
            raise CommandError(f"The totals disagree:\n{lines}")
        self.stdout.write("The totals agree.")
