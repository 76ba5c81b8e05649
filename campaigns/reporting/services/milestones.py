"""What shows that a step was done, and the officer's judgement: accepted, or sent back with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require
from campaigns.enums import MILESTONE_TRANSITIONS, MilestoneStatus
from campaigns.locks import lock_milestone
from campaigns.reporting.enums import EvidenceKind
from campaigns.reporting.models import MilestoneFile
from campaigns.reporting.permissions import can_add_evidence, can_judge_milestone
from campaigns.reporting.services.letters import tell_of_milestone
from campaigns.reporting.services.words import LONGEST_EVENT, clean_reason
from crowdfund.kit import states
from crowdfund.kit.errors import Invalid, Refused
from crowdfund.kit.files import forget_private, keep_private, read_document

if TYPE_CHECKING:
    import datetime as dt

    from django.core.files.base import File

    from accounts.models import User
    from campaigns.models import Milestone

FOLDER: Final = "milestones"
MOST_FILES: Final = 12
LONGEST_TEXT: Final = 200


def add_evidence(
    *,
    milestone: Milestone,
    kind: str,
    file: File[bytes],
    text: str,
    consent: bool = False,
    by: User,
    now: dt.datetime,
) -> MilestoneFile:
    """Add a photo (`text`: what it shows, read aloud to who can't see it) or a document to a step that is not accepted.

    Raises `Invalid` for a file that is not what `kind` says, a photo without the consent of who is in it, no text;
    `Refused` once the step was accepted.
    """
    require(can_add_evidence(by, milestone.campaign))
    words = _check_words(kind, text, consent=consent)
    clean = read_document(file)
    if (clean.kind == "webp") != (kind == EvidenceKind.PHOTO):
        raise Invalid(
            "other_kind", _("This file is not what you say it is: choose photo or document."), field="file"
        )
    with transaction.atomic():
        _lock_open(milestone)
        if milestone.files.count() >= MOST_FILES:
            raise Refused("too_many_files", _("A milestone has at most %(most)s files."), most=MOST_FILES)
        return MilestoneFile.objects.create(
            milestone=milestone,
            kind=kind,
            file=keep_private(clean, FOLDER),
            file_kind=clean.kind,
            text=words,
            consent=consent and kind == EvidenceKind.PHOTO,
            added_by=by,
            added_at=now,
        )


def _check_words(kind: str, text: str, *, consent: bool) -> str:
    if kind not in EvidenceKind.values:
        raise Invalid("unknown_kind", _("Choose photo or document."), field="kind")
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_TEXT:
        raise Invalid("missing", _("Say in a sentence what it shows."), field="text")
    if kind == EvidenceKind.PHOTO and not consent:
        raise Invalid(
            "consent_missing", _("A photo needs the consent of the people who can be seen."), field="consent"
        )
    return words


def _lock_open(milestone: Milestone) -> None:
    lock_milestone(milestone)
    if milestone.status == MilestoneStatus.ACCEPTED:
        raise Refused("milestone_accepted", _("This milestone was accepted: nothing changes any more."))


def remove_evidence(*, file: MilestoneFile, by: User, now: dt.datetime) -> None:
    """Take a file away from a step that was not reported yet. Raises `Refused` once an officer may have seen it."""
    milestone = file.milestone
    require(can_add_evidence(by, milestone.campaign))
    with transaction.atomic():
        lock_milestone(milestone)
        if milestone.status != MilestoneStatus.PLANNED:
            raise Refused("milestone_reported", _("This milestone was reported: its files stay."))
        file.delete()
        transaction.on_commit(lambda: forget_private(file.file))


def accept_milestone(*, milestone: Milestone, by: User, now: dt.datetime) -> None:
    """Accept a step that was reported: a tranche of the match may hang on it now. By an officer apart."""
    require(can_judge_milestone(by, milestone.campaign))
    with transaction.atomic():
        states.advance(milestone, MilestoneStatus.ACCEPTED, table=MILESTONE_TRANSITIONS, now=now, by=by)
        tell_of_milestone(milestone=milestone, outcome="accepted", why="", now=now)


def send_back_milestone(*, milestone: Milestone, reason: str, by: User, now: dt.datetime) -> None:
    """Give a reported step back to its team, with the reason: it is to be reported again. By an officer apart."""
    require(can_judge_milestone(by, milestone.campaign))
    why = clean_reason(reason, longest=LONGEST_EVENT)
    with transaction.atomic():
        states.advance(
            milestone,
            MilestoneStatus.PLANNED,
            table=MILESTONE_TRANSITIONS,
            now=now,
            by=by,
            why=why,
            reached_on=None,
        )
        tell_of_milestone(milestone=milestone, outcome="sent_back", why=why, now=now)
