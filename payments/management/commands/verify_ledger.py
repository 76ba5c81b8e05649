"""Say whether the ledger holds: digests, seals, daily roots; funds, reservations and contracts against its balances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from payments.ledger.documents import faults_in_file
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import faults
from payments.matching import selectors as matching
from payments.spending.selectors import contracts

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`verify_ledger` checks this installation's ledger, `verify_ledger FILE` a public export of any."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One optional file."""
        parser.add_argument("file", nargs="?", help="an export made by export_ledger (CSV)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line when all holds; otherwise list what is broken and exit 1."""
        if options["file"]:
            wrong = list(faults_in_file(options["file"]))
            told = f"The ledger in {options['file']} holds."
        else:
            wrong = [*faults(), *matching.books_that_disagree(), *contracts.books_that_disagree()]
            told = f"The ledger holds: {LedgerTransfer.objects.count()} transfers."
        if wrong:
            raise CommandError("The ledger is broken:\n" + "\n".join(f"- {line}" for line in wrong))
        self.stdout.write(told)
