"""`manage.py replay_editions`: Milan's four editions on synthetic pledges that meet what was published. No database."""

import json
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from payments.matching.simulator import Progress
from payments.matching.simulator.editions import (
    as_text,
    editions,
    generate,
    replay,
    report_data,
    write_files,
)


class Command(BaseCommand):
    """Makes the pledges by a seeded generator, says how well they fit, and applies each edition's own rule."""

    help = "Replay the four published editions on synthetic pledges that meet their published outcomes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the seed, one edition instead of all, where to write the files."""
        names = [edition.name for edition in editions()]
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other pledges")
        parser.add_argument("--edition", choices=names, help="one edition instead of all four")
        parser.add_argument("--json", action="store_true", help="the reports as JSON")
        parser.add_argument("--out", type=Path, metavar="DIR", help="write the simulator's files here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Generate, replay, report; the result alone goes to standard output."""
        progress = Progress(partial(self.stderr.write, style_func=str, ending=""), self.stderr.isatty())
        chosen = [one for one in editions() if options["edition"] in {None, one.name}]
        reports = []
        for edition in chosen:
            made = generate(edition, options["seed"])
            reports.append(replay(made, progress))
            if options["out"]:
                self._write(made, options["out"])
        if options["json"]:
            self.stdout.write(json.dumps([report_data(report) for report in reports]))
            return
        self.stdout.write("\n\n".join("\n".join(as_text(report)) for report in reports))

    def _write(self, made: Any, folder: Path) -> None:
        try:
            own = write_files(made, folder)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.stderr.write(_("Written: %(folder)s") % {"folder": own}, style_func=str)
