"""Write the whole sealed ledger as CSV, with its chain, for anyone to verify."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from payments.ledger.documents import export_rows


class Command(BaseCommand):
    """Print the export to standard output."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write line by line."""
        for line in export_rows():
            sys.stdout.write(line)
