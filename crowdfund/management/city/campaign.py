"""A campaign from draft to its end: budget, rewards, review, launch, pledges, recovery."""

from __future__ import annotations

import datetime as dt
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

from campaigns.models import Campaign
from campaigns.services.budget import Line, set_budget
from campaigns.services.campaigns import approve_campaign, launch_campaign, submit_for_review
from campaigns.services.content import post_update
from campaigns.services.milestones import add_milestone
from campaigns.services.rewards import add_reward
from crowdfund.kit import clock
from crowdfund.management.city.before import apply_and_admit, owner, propose
from crowdfund.management.city.visitor import ALWAYS_ASKS, ATTACHES_THEN_DECLINES, VISA, use_card
from payments.enums import PledgeStatus
from payments.models import Pledge
from payments.services.cards import confirm_card, open_card_session
from payments.services.consents import CHARGE_VERSION
from payments.services.pledges import place_pledge
from payments.services.recover import look_at_recovery, open_recovery

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk

NAMES = (
    "Chiara Rossi", "Ahmed Mansour", "Elena Greco", "Davide Moretti", "Ines Ferreira", "Marco Serra", "Liu Wei",
    "Sara Bellini", "Omar Diallo", "Nadia Popescu", "Franco Rizzi", "Bruna Costa", "Ivan Petrov", "Alice Marchetti",
    "Youssef Amrani", "Laura Pini", "Piero Zanetti", "Rosa Caruso", "Kwame Mensah", "Irene Sforza",
)  # fmt: skip
AMOUNTS = (5_000, 25_000, 10_000, 30_000, 2_500, 40_000, 15_000, 20_000, 7_500, 35_000)
LEAST = 1_000


def gifts(total: int) -> list[int]:
    """Cut a sum into believable pledges, in cents, that add up to it exactly."""
    made: list[int] = []
    for amount in cycle(AMOUNTS):
        rest = total - sum(made)
        if rest <= amount + LEAST:
            return [*made, rest] if rest else made
        made.append(amount)
    return made


def prepare(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Fill in the draft: budget, rewards, milestones."""
    campaign, by = walk.campaigns[entry["key"]], owner(walk, entry)
    set_budget(campaign=campaign, lines=[Line(*line) for line in entry["budget"]], by=by, now=now)
    for title, text, least, value, stock in entry["rewards"]:
        add_reward(
            campaign=campaign, title=title, text=text, min_cents=least, declared_value_cents=value,
            stock=stock or None, by=by, now=now,
        )  # fmt: skip
    for title, days, share in (("Apertura", 150, 50), ("Primo anno di attività", 365, 50)):
        due_on = (now + dt.timedelta(days=days)).date()
        add_milestone(campaign=campaign, title=title, due_on=due_on, share_percent=share, by=by, now=now)


def launch(walk: Walk, entry: dict[str, Any], now: dt.datetime) -> None:
    """Submit, approve and launch."""
    campaign, by = walk.campaigns[entry["key"]], owner(walk, entry)
    submit_for_review(campaign=campaign, by=by, now=now)
    approve_campaign(campaign=campaign, by=walk.people["officer"], now=now)
    launch_campaign(campaign=campaign, by=by, now=now)
    post_update(
        campaign=campaign,
        title="Si parte!",
        text="La campagna è aperta. Passa parola sulle scale: ogni sostegno, anche piccolo, ci avvicina.",
        by=by,
        now=now,
    )


def pledge(walk: Walk, key: str, number: int, amount_cents: int, card: str, now: dt.datetime) -> None:
    """Pledge on the hosted page: the first few people have an account, the others are guests."""
    known = [walk.people[name] for name in ("marta", "samir", "giulia", "luca")]
    person = known[number] if number < len(known) else None
    name = person.name if person else NAMES[number % len(NAMES)]
    email = person.email if person else f"{name.lower().replace(' ', '.')}@example.net"
    campaign = Campaign.objects.get(pk=walk.campaigns[key].pk)
    reward = campaign.rewards.filter(min_cents__lte=amount_cents).order_by("min_cents").first()
    made = place_pledge(
        campaign=campaign,
        amount_cents=amount_cents,
        reward=reward if number % 3 == 0 else None,
        email=email,
        name=name,
        show_name=number % 2 == 0,
        language=person.language if person else "it",
        consent_version=CHARGE_VERSION,
        by=person,
        now=now,
    )
    use_card(open_card_session(pledge=made, now=now), card)
    confirm_card(pledge_id=made.pk, now=now)


def recover_one(walk: Walk, key: str, now: dt.datetime) -> None:
    """Let one backer whose bank asked for authentication give it, through the link of the email."""
    waiting = Pledge.objects.filter(
        campaign=walk.campaigns[key],
        status=PledgeStatus.REQUIRES_ACTION,
        decline_code="authentication_required",
    ).first()
    if waiting is None:
        raise RuntimeError("nobody to recover: the walk has lost its way")
    page = open_recovery(pledge=waiting, now=now)
    if page:
        use_card(page, ALWAYS_ASKS)
    look_at_recovery(pledge=waiting, now=clock.now())


def special_card(entry: dict[str, Any], number: int) -> str:
    """Return the card of a pledge: in collected campaigns one asks for authentication and one declines."""
    if entry["station"] in {"funded", "collecting"}:
        return {5: ALWAYS_ASKS, 8: ATTACHES_THEN_DECLINES, 11: ALWAYS_ASKS}.get(number, VISA)
    return VISA


def schedule(walk: Walk, entry: dict[str, Any], *, call: str, launched: float, days: float) -> None:
    """Put a campaign into the agenda: `launched` days from today, its pledges over the first `days` days."""
    key = entry["key"]
    walk.on(launched - 50, partial(propose, walk, entry))
    walk.on(launched - 40, partial(apply_and_admit, walk, entry, call))
    walk.on(launched - 20, partial(prepare, walk, entry))
    walk.on(launched, partial(launch, walk, entry))
    amounts = gifts(entry["pledged"])
    for number, amount in enumerate(amounts):
        day = launched + 0.5 + days * number / max(len(amounts), 1)
        walk.on(
            day, partial(pledge, walk, key, number, amount, special_card(entry, number)), needs_jobs=False
        )
