"""A replay as the simulator's own files, for anyone to run again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from crowdfund.kit.tables import write_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from payments.matching.simulator.editions.generate import Replay


def campaign_lines(replay: Replay) -> Iterator[str]:
    """Give the lines of `campaign,cost_cents,neighbourhood`."""
    yield write_row(["campaign", "cost_cents", "neighbourhood"])
    for place in replay.places:
        yield write_row([place.campaign.name, place.campaign.cost_cents, place.neighbourhood])


def pledge_lines(replay: Replay) -> Iterator[str]:
    """Give the lines of `campaign,backer,amount_cents,created_at`, in order of time."""
    yield write_row(["campaign", "backer", "amount_cents", "created_at"])
    for gift in replay.gifts:
        name = replay.places[gift.campaign].campaign.name
        yield write_row([name, gift.backer, gift.cents, gift.at.isoformat()])


def write_files(replay: Replay, folder: Path) -> Path:
    """Write campaigns.csv, pledges.csv and RULE.json into the folder `edition` inside `folder`; return it."""
    own = folder / replay.edition.name
    own.mkdir(parents=True, exist_ok=True)
    for name, lines in (("campaigns.csv", campaign_lines(replay)), ("pledges.csv", pledge_lines(replay))):
        with (own / name).open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    (own / "RULE.json").write_text(json.dumps(replay.edition.rule, indent=2) + "\n", encoding="utf-8")
    return own
