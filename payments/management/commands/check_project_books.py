"""Compare what the accounts of projects have booked by themselves with the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from payments.services.project_books import books_that_disagree, repair_books

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`check_project_books` says whether they agree; with `--repair` it books first what is missing."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument("--repair", action="store_true", help="book what is missing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line when all agree; otherwise list projects and kinds, and exit 1."""
        if options["repair"]:
            self.stdout.write(f"Booked: {repair_books()}.")
        wrong = books_that_disagree()
        if wrong:
            raise CommandError(
                "The accounts disagree with the ledger:\n" + "\n".join(f"- {one}" for one in wrong)
            )
        self.stdout.write("The accounts agree with the ledger.")
