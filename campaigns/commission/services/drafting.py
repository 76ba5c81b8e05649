"""Make a list's entries out of closed sheets: what is frozen when a list is proposed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns.commission import formula
from campaigns.commission.enums import Outcome
from campaigns.commission.models import Exclusion, ListEntry
from campaigns.commission.selectors.reads import closed_sheets
from campaigns.commission.selectors.words import failed_in_words, out_of_100

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from campaigns.calls.models import Application
    from campaigns.commission.models import Commission


def sums_of(commission: Commission) -> dict[int, tuple[dict[int, int], int]]:
    """Return for each application the tenths by criterion over all closed sheets, and how many sheets."""
    sums: dict[int, Counter[int]] = {}
    sheets: Counter[int] = Counter()
    for sheet in closed_sheets(commission):
        sheets[sheet.application_id] += 1
        counted = sums.setdefault(sheet.application_id, Counter())
        for score in sheet.scores.all():
            counted[score.criterion.number] += score.tenths
    return {key: (dict(counted), sheets[key]) for key, counted in sums.items()}


def draft_entries(commission: Commission, rule: Mapping[str, Any], seed: str) -> list[ListEntry]:
    """Return a list's entries in order: the ranked, those below a minimum, the excluded. Nothing is saved.

    Raises `formula.LotsNeeded` when equals come down to the lots and `seed` is empty.
    """
    every = {one.pk: one for one in commission.applications().select_related("project__organisation")}
    standing = Exclusion.objects.filter(application__in=every, lifted_at__isnull=True)
    excluded = dict(standing.order_by("application").values_list("application", "reason"))
    sums = sums_of(commission)
    entries = {
        key: formula.Entry(key, *sums[key], one.cost_cents, submitted_text(one))
        for key, one in every.items()
        if key not in excluded
    }
    places = formula.rank(formula.read_grid(rule), entries.values(), seed)
    count = sum(place.rank is not None for place in places)
    made = [_ranked(every[place.key], entries[place.key], place, rule, count) for place in places]
    made += [_entry(every[key], outcome=Outcome.EXCLUDED, reason=reason) for key, reason in excluded.items()]
    for row, entry in enumerate(made, start=1):
        entry.row = row
    return made


def submitted_text(application: Application) -> str:
    """Return when an application came in, as text that orders by time."""
    when = application.submitted_at
    return when.isoformat(timespec="microseconds") if when else ""


def _ranked(
    application: Application, entry: formula.Entry, place: formula.Place, rule: Mapping[str, Any], count: int
) -> ListEntry:
    score = formula.hundredths(place.score)
    with override(settings.LANGUAGE_CODE):  # a published text has one language, the city's
        if place.rank is None:
            reason = failed_in_words(place.failed, rule, entry.sums, entry.sheets)
        else:
            words = {"rank": place.rank, "count": count, "score": out_of_100(score)}
            reason = _("Ranked %(rank)s of %(count)s with %(score)s points out of 100.") % words
    return _entry(
        application,
        rank=place.rank,
        sheets=entry.sheets,
        sums={str(number): tenths for number, tenths in sorted(entry.sums.items())},
        score_hundredths=score,
        decided_by=place.decided_by,
        outcome=Outcome.RANKED if place.rank else Outcome.NOT_ELIGIBLE,
        reason=reason,
    )


def _entry(application: Application, **fields: Any) -> ListEntry:
    return ListEntry(
        application=application,
        project_title=application.project.title,
        organisation_name=application.project.organisation.name,
        cost_cents=application.cost_cents,
        submitted_at=cast("dt.datetime", application.submitted_at),  # what is in was submitted
        **fields,
    )


def same_applications(entries: Iterator[int], commission: Commission) -> bool:
    """Say whether a list still speaks of exactly the applications that are in."""
    return set(entries) == set(commission.applications().values_list("pk", flat=True))
