"""`manage.py simulate_match`: what a match rule would have done with the pledges of a file. No database."""

import json
from argparse import ArgumentParser
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from crowdfund.kit.errors import Refused
from payments.matching.formula import TooManyPairsError
from payments.matching.simulator import (
    BadRows,
    Places,
    Progress,
    SpilledGifts,
    apply_rule,
    as_json,
    as_table,
    read_campaigns,
    read_pledges,
    read_rule_file,
)


class Command(BaseCommand):
    """Reads two CSV files and some rules; standard output holds the result alone."""

    help = "Say what match rules would do with the campaigns and pledges of two CSV files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files; every rule is a JSON file."""
        parser.add_argument("--campaigns", type=Path, required=True, metavar="FILE.csv")
        parser.add_argument("--pledges", type=Path, required=True, metavar="FILE.csv")
        parser.add_argument("--rule", type=Path, required=True, metavar="RULE.json")
        parser.add_argument(
            "--compare", type=Path, nargs="+", action="extend", default=[], metavar="RULE.json"
        )
        parser.add_argument("--json", action="store_true", help="the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything, then compute; one bad row and nothing is computed."""
        draw = partial(self.stderr.write, style_func=str, ending="")
        progress = Progress(draw, terminal=self.stderr.isatty())
        try:
            rules = [read_rule_file(path) for path in (options["rule"], *options["compare"])]
            places, gifts = self._read(options["campaigns"], options["pledges"], progress)
            with closing(gifts):
                self._answer(rules, places, gifts, options)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except Refused as error:
            raise CommandError(str(error)) from error
        except TooManyPairsError as error:
            message = _(
                "The pairwise bound takes %(limit)d ordered pairs of backers at most; these are %(pairs)d."
            )
            raise CommandError(message % {"limit": error.limit, "pairs": error.pairs}) from error

    def _read(self, campaigns: Path, pledges: Path, progress: Progress) -> tuple[Places, SpilledGifts]:
        bad = BadRows(self.stderr.write)
        places = read_campaigns(campaigns, bad)
        gifts = SpilledGifts(read_pledges(pledges, places, bad, progress), progress)
        if bad.found:
            gifts.close()
            raise CommandError(_("Bad rows: %(count)d. Nothing was computed.") % {"count": bad.found})
        gifts.number_backers()
        return places, gifts

    def _answer(
        self, rules: list[dict[str, Any]], places: Places, gifts: SpilledGifts, options: dict[str, Any]
    ) -> None:
        answers = [apply_rule(rule, places, gifts) for rule in rules]
        if options["json"]:
            self.stdout.write(json.dumps(as_json(answers, compare=bool(options["compare"]))))
        else:
            self.stdout.writelines(f"{line}\n" for line in as_table(answers, places, gifts))
