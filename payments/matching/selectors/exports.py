"""A call's public export: what every match was computed from, with nobody's name in it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from django.db.models import Min, Sum

from campaigns.calls.enums import ApplicationStatus, RuleKind
from campaigns.calls.models import Application
from campaigns.calls.selectors.terms import rule_data_for
from campaigns.enums import CampaignStatus
from crowdfund.kit.clock import CIVIL
from payments.matching.models import CountedPledge, MatchDraw, MatchRound, Reservation, RoundMatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

    from campaigns.calls.models import Call

FORMAT = 1
CAMPAIGNS = (
    "campaign", "session", "cost_cents", "goal_cents", "state", "match_cap_cents", "maximum_cents", "match_cents",
)  # fmt: skip
PLEDGES = ("seq", "day", "campaign", "backer", "pledged_cents", "collected_cents")
DRAWS = ("seq", "day", "campaign", "pledge", "backer", "amount_cents", "pot_cents", "draw_cents")
Row = tuple[Any, ...]


def write_export(call: Call, file: IO[bytes]) -> None:
    """Write a call's export as a ZIP: `call.json`, `campaigns.csv`, `pledges.csv` and, where pledges draw, `draws.csv`.

    A backer is a number drawn at random for this call; a pledge has a day and no time. Times of entries are fixed, so
    that the same data gives the same bytes.
    """
    parts: dict[str, Iterable[str]] = {
        "call.json": [json.dumps(_call(call), indent=1, sort_keys=True)],
        "campaigns.csv": _table(CAMPAIGNS, _campaigns(call)),
        "pledges.csv": _table(PLEDGES, _pledges(call)),
    }
    if call.rule.kind == RuleKind.PER_PLEDGE:
        parts["draws.csv"] = _table(DRAWS, _draws(call))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as out:
                for line in lines:
                    out.write(line.encode())


def _table(columns: Row, rows: Iterable[Row]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if value is None else value for value in row])
        if buffer.tell() > 2**16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _call(call: Call) -> dict[str, Any]:
    rounds = MatchRound.objects.filter(call=call).select_related("session").order_by("pk")
    return {
        "format": FORMAT,
        "call": call.slug,
        "rule": call.rule.as_data,
        "on_shortfall": call.rule.shortfall,
        "rounds": [
            {"session": row.session.number if row.session else None, "pots": row.pots} for row in rounds
        ],
    }


def _campaigns(call: Call) -> Iterator[Row]:
    admitted = Application.objects.filter(
        call=call, status=ApplicationStatus.ADMITTED, campaign__isnull=False
    )
    matches, most = _matches(call), _exposures(call)
    for row in admitted.select_related("call__rule", "campaign", "session").order_by("campaign__slug"):
        campaign = row.campaign
        if campaign is None:
            continue
        failed = campaign.status in {CampaignStatus.MISSED, CampaignStatus.CANCELLED}
        yield (
            campaign.slug,
            row.session.number if row.session else None,
            campaign.cost_cents,
            campaign.goal_cents,
            campaign.status,
            rule_data_for(row).get("match_cap_cents"),
            most.get(campaign.pk),
            0 if failed else matches.get(campaign.pk),
        )


def _exposures(call: Call) -> dict[int, int]:
    if call.rule.kind in {RuleKind.PER_PLEDGE, RuleKind.QUADRATIC}:
        return {}
    there = Reservation.objects.filter(fund__call=call).order_by().values_list("campaign")
    return dict(there.annotate(cents=Sum("exposure_cents")))


def _matches(call: Call) -> dict[int, int]:
    """Matches as they were published, by campaign: those not fixed yet are left out, draws are as they stand."""
    if call.rule.kind == RuleKind.QUADRATIC:
        return dict(RoundMatch.objects.filter(round__call=call).values_list("campaign", "cents"))
    if call.rule.kind == RuleKind.PER_PLEDGE:
        drawn = MatchDraw.objects.filter(call=call).order_by().values_list("campaign")
        return dict(drawn.annotate(cents=Sum("cents")))
    fixed = Reservation.objects.filter(fund__call=call, proposed_cents__isnull=False).order_by()
    found = dict(fixed.values_list("campaign").annotate(cents=Sum("proposed_cents")))
    funded = Application.objects.filter(call=call, campaign__status=CampaignStatus.FUNDED)
    return {pk: 0 for pk in funded.values_list("campaign", flat=True) if pk} | found


def _pledges(call: Call) -> Iterator[Row]:
    counted = CountedPledge.objects.filter(campaign__application__call=call).order_by("pk")
    columns = ("day", "campaign__slug", "backer__number", "pledged_cents", "collected_cents")
    rows = counted.values_list(*columns).iterator(chunk_size=5000)
    return ((seq, day.isoformat(), *rest) for seq, (day, *rest) in enumerate(rows, start=1))


def _draws(call: Call) -> Iterator[Row]:
    rows = MatchDraw.objects.filter(call=call)
    first = dict(rows.order_by().values_list("pledge").annotate(first=Min("seq")))
    columns = ("seq", "at", "campaign__slug", "pledge", "backer__number", "amount_cents", "room_cents")
    changes = rows.order_by("seq").values_list(*columns).annotate(cents=Sum("cents"))
    for seq, at, slug, pledge, backer, amount, room, cents in changes.iterator(chunk_size=5000):
        day = at.astimezone(CIVIL).date().isoformat()
        yield seq, day, slug, first[pledge], backer, amount, room, cents
