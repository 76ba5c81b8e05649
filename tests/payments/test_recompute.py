"""From the public export alone everybody computes the same cents, under each of the four rules."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from campaigns.calls.models import Call
from campaigns.models import Campaign
from crowdfund.kit.errors import Invalid
from payments.matching.models import CallBacker
from payments.matching.selectors.rounds import RoundKey
from payments.matching.services import reserve_match, share_pot_out
from payments.matching.simulator.recompute import recompute
from payments.models import Pledge
from tests.payments.drawing import active, again, collect, drawing, officer, running
from tests.payments.test_draws import cancel, change
from tests.world import NOW

pytestmark = pytest.mark.django_db
AFTER = NOW + dt.timedelta(days=31)


@pytest.fixture
def export(client, tmp_path):
    """Download a call's export, as anybody would."""

    def download(of: Call) -> Path:
        answer = client.get(reverse("call_export", args=[of.slug]))
        path: Path = tmp_path / f"{of.slug}.zip"
        path.write_bytes(b"".join(answer.streaming_content))
        return path

    return download


def gifts(campaign: Campaign, *amounts: int) -> list[Pledge]:
    return [active(campaign, cents, f"{n}@example.org") for n, cents in enumerate(amounts)]


def cents(path: Path) -> dict[str, tuple[int | None, int]]:
    found = recompute(path)
    assert all(one.agrees for one in found)
    return {one.campaign: (one.published_cents, one.cents) for one in found}


def admitted(of: Call, slug: str, **fields) -> Campaign:
    campaign = running(of, slug=slug, **fields)
    reserve_match(application=campaign.application, now=NOW)
    return again(campaign.pk)


def test_a_threshold_share_with_a_shortfall(export):
    of = drawing(5_000_000, "threshold_share", crowd_threshold_percent=40, match_share_percent=60)
    hub = admitted(of, "hub", goal_cents=40_000, cost_cents=100_000)
    made = gifts(hub, 30_001, 9_999)
    collect(hub, but=(made[1],))
    running_still = admitted(of, "ortho", goal_cents=40_000, cost_cents=100_000)
    gifts(running_still, 50_000)
    assert cents(export(of)) == {"hub": (45_001, 45_001), "ortho": (None, 0)}  # 60,000 x 30,001 / 40,000


def test_a_lump_sum_by_different_backers(export):
    of = drawing(5_000_000, "lump_sum", at_backers=3, sum_cents=50_000)
    hub = admitted(of, "hub", goal_cents=60_000, cost_cents=100_000)
    gifts(hub, 20_000, 20_000, 10_000)
    last = active(hub, 10_000, "0@example.org")  # the first one again: three backers, four pledges
    collect(hub, but=(last,))
    assert cents(export(of)) == {"hub": (50_000, 50_000)}


def test_draws_are_replayed(export, tmp_path):
    of = drawing(20_000, ratio_percent=70, cap_per_backer_cents=6_000, match_cap_cents=9_000)
    hub, ortho = running(of, slug="hub"), running(of, slug="ortho")
    made = gifts(hub, 5_000, 3_333, 9_999)
    gifts(ortho, 7_777, 1_111)
    change(made[0], 2_000)
    cancel(made[1])
    collect(hub, but=(made[2],))
    assert cents(export(of)) == {"hub": (1_400, 1_400), "ortho": (3_277, 3_277)}
    rows = zipfile.ZipFile(export(of)).read("draws.csv").decode().splitlines()
    assert rows[0] == "seq,day,campaign,pledge,backer,amount_cents,pot_cents,draw_cents"
    assert len(rows) == 9  # five pledges, a change, a cancellation, a failure


@pytest.mark.parametrize("more", [{}, {"pairwise_bound_cents": 3_000}, {"match_cap_cents": 5_000}])
def test_a_quadratic_round(export, more):
    of = drawing(20_000, "quadratic", **more)
    for slug, amounts in (("hub", (5_000, 3_333, 9_999)), ("ortho", (7_777, 1_111)), ("radio", (2_500,))):
        campaign = running(of, slug=slug)
        gifts(campaign, *amounts)
        collect(campaign)
    assert {published for published, _cents in cents(export(of)).values()} == {None}
    share_pot_out(key=RoundKey(of), by=officer(), now=AFTER)
    found = cents(export(of))
    assert 0 < sum(one for _published, one in found.values()) <= 20_000
    assert found["radio"] == (0, 0)


def test_nobody_can_be_found_in_it(export):
    of = drawing(20_000)
    hub = running(of, slug="hub")
    active(hub, 5_000, "ada.lovelace@example.org", name="Ada Lovelace")
    collect(hub)
    archive = zipfile.ZipFile(export(of))
    text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "ada" not in text.lower()
    assert str(CallBacker.objects.get().number) in text
    assert "12:00" not in text  # a day, and no time
    assert archive.read("pledges.csv").decode().splitlines()[1].endswith(",5000,5000")


def test_the_command_says_where_cents_differ(export, tmp_path):
    of = drawing(20_000)
    hub = running(of, slug="hub")
    gifts(hub, 5_000)
    collect(hub)
    path, out = export(of), io.StringIO()
    call_command("recompute_match", str(path), "--json", stdout=out)
    assert json.loads(out.getvalue())["campaigns"] == [
        {"campaign": "hub", "published_cents": 5_000, "match_cents": 5_000}
    ]
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(forged, "w") as bad:
        for name in good.namelist():
            text = good.read(name).decode()
            bad.writestr(name, text.replace(",5000\n", ",5001\n") if name == "campaigns.csv" else text)
    with pytest.raises(CommandError, match="hub"):
        call_command("recompute_match", str(forged), stdout=out)


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_a_file_that_is_none(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        recompute(path)


def test_the_page_that_offers_it(client):
    of = drawing(20_000)
    page = client.get(reverse("open_data_call", args=[of.slug])).content.decode()
    assert reverse("call_export", args=[of.slug]) in page
    assert reverse("open_data_call", args=[of.slug]) in client.get(reverse("open_data")).content.decode()
