"""`manage.py sustainability_report`: does an organisation stand on its own feet? From its CSV, with no database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.sustainability.documents.report import Books, read_accounts, read_payers, report, report_lines
from campaigns.sustainability.formula import month_of
from crowdfund.kit.errors import Refused


class Command(BaseCommand):
    """Reads monthly accounts in whole cents; standard output holds the result alone."""

    help = "Give ratios, stage, break-even and forecast of the monthly accounts in a CSV file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the accounts, and earned income by payer if it is known."""
        parser.add_argument("--accounts", type=Path, required=True, metavar="FILE.csv")
        parser.add_argument("--payers", type=Path, metavar="FILE.csv", help="month,payer,amount_cents")
        parser.add_argument("--json", action="store_true", help="the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read everything, then compute; one bad row and nothing is computed."""
        books = Books()
        try:
            read_accounts(options["accounts"], books, this_month=month_of(timezone.localdate()))
            if options["payers"]:
                read_payers(options["payers"], books)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except Refused as error:
            raise CommandError(str(error)) from error
        for line in books.bad:
            self.stderr.write(str(line))
        if books.bad:
            raise CommandError(_("Bad rows: %(count)d. Nothing was computed.") % {"count": len(books.bad)})
        data = report(books.accounts, books.payers)
        if options["json"]:
            self.stdout.write(json.dumps(data, ensure_ascii=False))
        else:
            self.stdout.writelines(f"{line}\n" for line in report_lines(data))
