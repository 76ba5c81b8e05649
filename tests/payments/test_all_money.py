"""The officers' page of all money: each figure is a sum of the ledger, and leads to the transfers that add up to it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role, TeamRole
from accounts.models import Membership
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign
from payments import postings
from payments.enums import PledgeStatus
from payments.ledger.models import LedgerTransfer
from payments.ledger.selectors import balances, debit_balance
from payments.ledger.services import reverse as reverse_transfer
from payments.matching.models import Reservation
from payments.selectors.all_money import all_money, chosen
from payments.selectors.figures import PLATFORM, SOURCES, CampaignMoney
from payments.selectors.money import money_of
from payments.selectors.transfers import sums_of, transfers_touching
from tests import world
from tests.payments.back import as_collected
from tests.payments.bank import pledge
from tests.payments.test_disburse import committed
from tests.world import NOW

if TYPE_CHECKING:
    from accounts.models import User

pytestmark = pytest.mark.django_db


def walked() -> Campaign:
    """A campaign through which every kind of money went; the figures are added up by hand in `BY_HAND`."""
    made = committed()
    Campaign.objects.filter(pk=made.pk).update(pledged_cents=90_000, promised_cents=2_500)
    made = Campaign.objects.select_related("project__organisation").get(pk=made.pk)
    as_collected(made, 50_000, fee=775)
    as_collected(made, 20_000, fee=325)
    as_collected(made, 10_000, channel="bank")
    as_collected(made, 5_000, channel="cash")
    pledge(made, cents=3_000, status=PledgeStatus.CHARGING)
    here: dict[str, Any] = {"campaign_id": made.pk, "now": NOW}
    who = made.project.organisation_id
    postings.bank_received_unknown(cents=4_500, reference="w:1", now=NOW)
    postings.bank_matched(cents=4_000, reference="w:1", **here)
    postings.bank_return_due(cents=300, reference="w:1", now=NOW)
    postings.bank_return_paid(cents=200, reference="w:0", now=NOW)
    postings.charge_fee(cents=60, campaign_bears=False, reference="w:2", **here)
    postings.refund_decided(channel="card", cents=7_000, reference="w:3", **here)
    postings.refund_paid(cents=6_000, reference="w:3", **here)
    postings.refund_paid(cents=500, reference="w:4", **here)
    failed = LedgerTransfer.objects.get(reference="w:4")
    reverse_transfer(transfer=failed, reference="w:4:failed", now=NOW)
    postings.dispute_opened(cents=3_000, reference="w:5", **here)
    postings.dispute_lost(cents=1_000, reference="w:5", **here)
    postings.dispute_won(cents=500, reference="w:6", **here)
    postings.crowd_released(channel="card", cents=30_000, reference="w:7", **here)
    postings.payout_executed(cents=22_000, reference="w:7", **here)
    postings.transfer_reversed(cents=900, reference="w:8", **here)
    postings.reversal_impossible(organisation_id=who, channel="card", cents=100, reference="w:9", **here)
    return made


# held by card = 70,000 − 1,100 − 7,000 − 1,000 − 30,000 + 1,000
BY_HAND = CampaignMoney(
    pledged_cents=90_000,
    promised_cents=2_500,
    collecting_cents=3_000,
    collected_cents=89_000,
    collected_card_cents=70_000,
    collected_bank_cents=14_000,
    collected_cash_cents=5_000,
    fees_cents=1_100,
    refunded_cents=6_000,
    refund_due_cents=1_000,
    disputed_cents=1_500,
    lost_cents=1_000,
    taken_back_cents=1_000,
    held_cents=50_900,
    held_card_cents=31_900,
    held_bank_cents=14_000,
    held_cash_cents=5_000,
    released_cents=8_000,
    paid_out_cents=22_000,
    match_reserved_cents=0,
    match_bound_cents=600_000,
    match_paid_cents=0,
)


@pytest.fixture
def staff(monkeypatch):
    """Log somebody in with a second factor."""
    monkeypatch.setattr("crowdfund.middleware.has_second_factor", lambda _request: True)

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in


def shown(client: Client, url: str) -> Any:
    """Add up the rows on all pages behind a figure."""
    total = 0
    while True:
        answer = client.get(url)
        assert answer.status_code == 200
        total += sum(row.into_cents for row in answer.context["page"])
        following = answer.context["next_url"]
        if not following:
            return total
        url = url.partition("?")[0] + following


class TestTheFigures:
    def test_a_walked_campaign_adds_up_by_hand(self):
        campaign = walked()
        row = next(row for row in all_money().rows if row.campaign == campaign)
        assert row.money == BY_HAND == money_of(Campaign.objects.get(pk=campaign.pk))
        assert row.call == campaign.application.call.title
        money = row.money
        assert money.held_cents == (
            money.collected_cents - money.fees_cents - money.refunded_cents - money.refund_due_cents
            - money.lost_cents + money.taken_back_cents - money.released_cents - money.paid_out_cents
        )  # fmt: skip

    def test_sums_are_those_of_the_rows_and_of_the_ledger(self):
        walked()
        for cents in (1_000, 2_000):
            as_collected(world.campaign(), cents, fee=40)
        found = all_money()
        assert len(found.rows) == 3
        for name in (*SOURCES, "pledged_cents", "promised_cents", "collecting_cents"):
            assert getattr(found.totals, name) == sum(getattr(row.money, name) for row in found.rows), name
        for prefix, name in (
            ("held:", "held_cents"),
            ("disputed:", "disputed_cents"),
            ("reserved:", "match_reserved_cents"),
            ("bound:f", "match_bound_cents"),
            ("disbursed:f", "match_paid_cents"),
        ):
            assert abs(sum(balances(prefix).values())) == getattr(found.totals, name), prefix
        due = -sum(balances("refund_due:").values())
        assert due == found.totals.refund_due_cents + found.platform["sender_due_cents"]
        assert found.platform == {
            "platform_fees_cents": debit_balance("cost:fees"),
            "losses_cents": 0,
            "unplaced_cents": 200,
            "sender_due_cents": 100,
            "sponsors_cents": 0,
            "receivable_cents": 100,
            "bank_owes_cents": 0,
            "own_cents": 0,
        }

    def test_each_euro_stands_once(self):
        """What lies with us is the sum of the figures, with a sponsor's match released, and paid."""
        campaign = walked()
        fund_id = Reservation.objects.get(campaign=campaign).fund_id
        here: dict[str, Any] = {"campaign_id": campaign.pk, "now": NOW}
        postings.sponsor_received(fund_id=fund_id, cents=90_000, reference="s:1", now=NOW)
        postings.sponsor_released(fund_id=fund_id, cents=70_000, reference="s:2", **here)
        postings.payout_executed(cents=60_000, reference="s:2", leaves="cash:bank", sponsors=True, **here)
        postings.match_disbursed(fund_id=fund_id, cents=60_000, reference="s:2", **here)
        found = all_money()
        money, rest = found.totals, found.platform
        assert (money.paid_out_cents, money.match_paid_cents) == (22_000, 60_000)
        assert (money.released_cents, money.match_released_cents) == (8_000, 10_000)
        assert money == money_of(Campaign.objects.get(pk=campaign.pk))
        assert sum(balances("cash:").values()) == (
            money.held_cents + money.released_cents + money.match_released_cents + money.refund_due_cents
            - money.disputed_cents + rest["unplaced_cents"] + rest["sender_due_cents"] + rest["sponsors_cents"]
            + rest["own_cents"] - rest["platform_fees_cents"] - rest["losses_cents"] - rest["receivable_cents"]
        )  # fmt: skip

    @pytest.mark.parametrize("campaigns", [1, 30])
    def test_any_number_costs_three_queries(self, campaigns, django_assert_num_queries):
        project = world.project()
        for _n in range(campaigns):
            as_collected(world.campaign(project=project, status=CampaignStatus.FUNDED), 1_000, fee=40)
        with django_assert_num_queries(3):
            assert all_money().totals.collected_cents == campaigns * 1_000

    def test_drafts_are_shown_once_they_have_money(self):
        draft = world.campaign(status=CampaignStatus.DRAFT)
        assert all_money().rows == []
        postings.match_reserved(fund_id=1, campaign_id=draft.pk, cents=5, reference="r", now=NOW)
        assert [row.money.match_reserved_cents for row in all_money().rows] == [5]

    def test_they_are_filtered_and_sorted(self):
        with_call = walked()
        small, large = world.campaign(status=CampaignStatus.MISSED), world.campaign()
        for campaign, cents in ((small, 100), (large, 200_000)):
            as_collected(campaign, cents, fee=1)
        rows = all_money().rows

        def slugs(**asked: str) -> list[str]:
            return [row.campaign.slug for row in chosen(rows, **asked)]

        assert slugs(sort="-collected") == [large.slug, with_call.slug, small.slug]
        assert slugs(sort="held") == [small.slug, with_call.slug, large.slug]
        assert len(slugs(sort="nonsense")) == 3
        assert slugs(call=with_call.application.call.title) == [with_call.slug]
        assert slugs(status="missed") == [small.slug]
        assert slugs(text=f" {large.project.title.upper()} ") == [large.slug]


class TestThePage:
    def test_each_link_shows_the_transfers_that_add_up_to_its_figure(self, staff):
        campaign = walked()
        as_collected(world.campaign(pk=campaign.pk * 10), 700, fee=30)  # its number begins like the other's
        client = staff(world.staff(Role.AUDITOR))
        found = all_money()
        money = next(row.money for row in found.rows if row.campaign == campaign)
        for name, source in SOURCES.items():
            assert source.sign * shown(client, source.url(campaign.pk)) == getattr(money, name), name
        sums = found.platform | {name: getattr(found.totals, name) for name in SOURCES}
        for name, source in (SOURCES | PLATFORM).items():
            asked = dict(parse_qsl(urlsplit(source.url()).query))
            behind = transfers_touching(asked["account"], [c for c in asked.get("code", "").split(",") if c])
            assert source.sign * sums_of(behind)["left"] == sums[name], name

    def test_the_page_links_every_figure(self, staff, django_assert_max_num_queries):
        campaign = walked()
        as_collected(world.campaign(status=CampaignStatus.MISSED), 700, fee=30)
        client = staff(world.staff(Role.APPROVER))
        with django_assert_max_num_queries(8):
            answer = client.get(reverse("money"))
        page = answer.content.decode().replace("&amp;", "&")
        money = next(row.money for row in all_money().rows if row.campaign == campaign)
        for figure in ("900 €", "897 €", "11,30 €", "60 €", "15 €"):
            assert f'<p class="figure-value">{figure}' in page.replace("\xa0", " "), figure
        for name, source in SOURCES.items():
            if getattr(money, name):
                assert f'href="{source.url()}"' in page, name
                assert f'href="{source.url(campaign.pk)}"' in page, name
        only = client.get(reverse("money"), {"status": "missed", "sort": "-held"})
        assert [row.campaign.status for row, _cells in only.context["rows"]] == ["missed"]
        assert only.context["sums"][1].cents == 700
        assert 'aria-sort="descending"' in only.content.decode()
        assert client.get(reverse("money"), {"text": "niente di simile"}).context["rows"] == []
        wrong = client.get(reverse("money"), {"status": "no", "sort": "no", "call": "no", "page": "no"})
        assert wrong.status_code == 200
        own = (
            client.get(reverse("officer_money", args=[campaign.slug])).content.decode().replace("&amp;", "&")
        )
        for name in ("refunded_cents", "disputed_cents", "held_cash_cents", "collected_bank_cents"):
            assert f'href="{SOURCES[name].url(campaign.pk)}"' in own, name

    def test_a_campaign_of_one_channel_and_many_transfers_is_shown_whole(self, staff):
        made = world.campaign()
        for n in range(60):
            postings.charge_collected(campaign_id=made.pk, cents=100 + n, reference=f"n:{n}", now=NOW)
        client = staff(world.staff(Role.OFFICER))
        url = SOURCES["collected_cents"].url(made.pk)
        assert client.get(url).context["sums"] == {"count": 60, "came": 7_770, "went": 0, "left": 7_770}
        assert shown(client, url) == 7_770

    def test_transfers_of_odd_accounts_are_none(self, staff):
        walked()
        client = staff(world.staff(Role.OFFICER))
        url = reverse("ledger_transfers")
        for account in ("held:(", "held:.*:", "%", "_", "#", "held:##", "\\"):
            answer = client.get(url, {"account": account})
            assert (answer.status_code, list(answer.context["page"])) == (200, []), account
        for asked in ({"account": "held:\0"}, {"account": "x" * 81}):
            answer = client.get(url, asked)
            assert (answer.status_code, list(answer.context["page"])) == (422, [])
        assert len(client.get(url, {"code": "refund_paid"}).context["page"]) == 4

    def test_the_table_can_be_downloaded(self, staff):
        campaign = walked()
        campaign.project.title = "=1+1"
        campaign.project.save()
        as_collected(world.campaign(status=CampaignStatus.MISSED), 700, fee=30)
        client = staff(world.staff(Role.OFFICER))
        text = b"".join(client.get(reverse("money_csv"), {"status": "funded"})).decode()
        (row,) = csv.DictReader(io.StringIO(text))
        assert (row["campaign"], row["project"], row["status"]) == (campaign.slug, "'=1+1", "funded")
        assert {name: int(row[name]) for name in SOURCES} == {
            name: getattr(BY_HAND, name) for name in SOURCES
        }


class TestWho:
    def test_staff_see_it_and_nobody_else(self, staff):
        owner, member = world.person(), world.person()
        project = world.project(owner)
        Membership.objects.create(
            user=member, organisation=project.organisation, role=TeamRole.EDITOR, since=NOW
        )
        as_collected(world.campaign(project=project))
        names = ("money", "money_csv", "api_money")
        for user in (owner, member, world.person(), world.staff(Role.ANIMATOR)):
            assert [staff(user).get(reverse(name)).status_code for name in names] == [403] * 3
        for role in (Role.OFFICER, Role.APPROVER, Role.AUDITOR):
            assert [staff(world.staff(role)).get(reverse(name)).status_code for name in names] == [200] * 3
        assert Client().get(reverse("money")).status_code == 302
        assert Client().get(reverse("api_money")).status_code in {401, 403}

    def test_desks_lead_to_it(self, staff):
        client = staff(world.staff(Role.OFFICER))
        for name in ("officer_desk", "disbursements"):
            assert f'href="{reverse("money")}"' in client.get(reverse(name)).content.decode(), name


class TestTheApi:
    def test_the_same_rows_and_sums(self, staff):
        campaign = walked()
        as_collected(world.campaign(status=CampaignStatus.MISSED), 700, fee=30)
        found = staff(world.staff(Role.AUDITOR)).get(reverse("api_money"), {"sort": "-held"}).json()
        first, second = found["campaigns"]
        assert first["campaign"] == campaign.slug
        assert first["held_cents"] == BY_HAND.held_cents
        for name in SOURCES:
            assert found["totals"][name] == found["shown"][name] == first[name] + second[name]
        assert found["platform"]["unplaced_cents"] == 200
        one = staff(world.staff(Role.AUDITOR)).get(reverse("api_money"), {"status": "missed"}).json()
        assert (
            [row["collected_cents"] for row in one["campaigns"]] == [one["shown"]["collected_cents"]] == [700]
        )

    def test_a_campaigns_money_tells_of_refunds_and_disputes(self, client):
        campaign = walked()
        found = client.get(reverse("api_campaign_money", args=[campaign.slug])).json()
        assert (found["refunded_cents"], found["disputed_cents"]) == (6_000, 1_500)
        assert found["collected_cents"] == 89_000
