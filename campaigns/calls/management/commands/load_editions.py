"""Load the published programme sheet and the rules of the four editions of Milan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from campaigns.calls.services.editions import load_edition_rules, load_programme_sheet
from crowdfund.kit import clock
from crowdfund.kit.errors import Refused

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """`load_editions OFFICER_EMAIL`: what is there already stays as it is."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the officer in whose name it is done."""
        parser.add_argument("email", help="the officer in whose name it is done")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load both."""
        officer = User.objects.filter(email__iexact=options["email"]).first()
        if officer is None:
            raise CommandError(f"Nobody here has the email {options['email']}.")
        now = clock.now()
        try:
            programme = load_programme_sheet(by=officer, now=now)
            rules = load_edition_rules(by=officer, now=now)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{programme.code}: {programme.title}")
        for rule in rules:
            self.stdout.write(str(rule))
