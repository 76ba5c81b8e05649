"""The counter on a phone, the officers' pages and the donor's receipt, in two languages."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from campaigns.models import Campaign, Reward
from payments.cash.enums import ClosingStatus
from payments.cash.models import CashDesk, DeskClosing, DeskReceipt, ReturnByTransfer
from payments.cash.services.closings import close_day
from payments.models import Pledge
from payments.permissions import DESK_RECEIPT, MANAGE, link_token
from tests import world
from tests.payments import counter
from tests.payments.counter import miss, owed, take, till
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> CashDesk:
    return counter.desk()


@pytest.fixture
def nina(desk):
    return counter.operator(desk)


@pytest.fixture
def campaign() -> Campaign:
    return world.campaign()


@pytest.fixture
def staff_login():
    """Log a person of the municipality in, with their second factor proved."""

    def log_in(client, role: Role):
        user = world.staff(role)
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa"}]
        session.save()
        return user

    return log_in


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def url(name, *args, language="en") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def once_of(page) -> str:
    return re.search(r'name="once" value="([0-9a-f-]+)"', page.content.decode())[1]


def test_cash_is_taken_in_one_form_and_the_receipt_shown_at_once(client, desk, nina, campaign):
    client.force_login(nina)
    assert "Which project?" in text(client.get(url("cash_take", desk.pk)))
    form_url = f"{url('cash_take', desk.pk)}?campaign={campaign.slug}"
    page = client.get(form_url)
    assert f"Cash for “{campaign.project.title}”" in text(page)
    given = {"amount_cents": "12,50", "donor": "Dario Fo", "once": once_of(page)}
    answer = client.post(form_url, given)
    receipt = DeskReceipt.objects.get()
    assert answer.url == url("cash_receipt", receipt.pk)
    shown = client.get(answer.url)
    for words in (
        f"Receipt {desk.pk}/2026/1",
        "€12.50",
        "Dario Fo",
        "not traceable, no tax benefit",
        "Print",
    ):
        assert words in text(shown), words
    assert client.post(form_url, given).url == answer.url, "sent twice, one receipt"
    assert DeskReceipt.objects.count() == 1
    till_page = client.get(url("cash_till", desk.pk))
    assert "€12.50 in the till" in text(till_page)
    assert f"?campaign={campaign.slug}" in till_page.content.decode(), "the next one begins where this ended"


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_taken(client, desk, nina, campaign):
    client.force_login(nina)
    form_url = f"{url('cash_take', desk.pk, language='it')}?campaign={campaign.slug}"
    page = client.get(form_url)
    for given, words in (
        ({"amount_cents": "1.000,01"}, "Una cassa accetta al massimo 1.000,00"),
        ({"amount_cents": "dieci"}, "Scrivi l’importo"),
        ({"amount_cents": "10", "show_name": "on"}, "Scrivi il nome da mostrare"),
    ):
        answer = client.post(form_url, {"once": once_of(page), **given})
        assert answer.status_code == 422
        assert words in text(answer).replace("&#x27;", "'")
    assert not Pledge.objects.exists()


def test_rewards_that_are_left_can_be_chosen(client, desk, nina, campaign):
    left = Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000)
    Reward.objects.create(campaign=campaign, title="Finita", min_cents=1_000, stock=1, claimed=1)
    client.force_login(nina)
    form_url = f"{url('cash_take', desk.pk)}?campaign={campaign.slug}"
    page = client.get(form_url)
    assert "Cesta" in text(page)
    assert "Finita" not in text(page)
    client.post(form_url, {"amount_cents": "10", "reward": str(left.pk), "once": once_of(page)})
    assert Pledge.objects.get().reward == left


def test_a_receipt_is_cancelled_with_a_reason(client, desk, nina, campaign):
    receipt = take(desk, nina, campaign)
    client.force_login(nina)
    assert "It is wrong: cancel it" in text(client.get(url("cash_receipt", receipt.pk)))
    assert client.post(url("cash_receipt_cancel", receipt.pk), {"why": ""}).status_code == 422
    answer = client.post(url("cash_receipt_cancel", receipt.pk), {"why": "doppio"})
    shown = text(client.get(answer.url))
    assert f"Cancellation {desk.pk}/2026/2" in shown
    assert "Give the cash back" in shown
    assert "is not valid" in text(client.get(url("cash_receipt", receipt.pk)))
    assert till(desk) == 0


def test_cash_is_found_and_handed_back(client, desk, nina, campaign):
    receipt = take(desk, nina, campaign)
    miss(campaign)
    client.force_login(nina)
    page = client.get(url("cash_returns", desk.pk), {"q": "nobody"})
    assert "Nothing is owed under this number or name" in text(page)
    page = client.get(url("cash_returns", desk.pk), {"q": receipt.full_number})
    assert "€50.00 – Dario Fo" in text(page)
    return_url = url("cash_return", desk.pk, owed(receipt).pk)
    assert return_url in page.content.decode()
    assert "The goal was not reached" in text(client.get(return_url))
    assert client.post(return_url, {"signature_name": ""}).status_code == 422
    answer = client.post(return_url, {"signature_name": "Dario Fo"})
    assert "Signature of Dario Fo:" in text(client.get(answer.url))
    assert till(desk) == 0
    assert client.get(return_url).status_code == 404


def test_cash_is_taken_back_at_the_desk_or_by_the_link(client, desk, nina, campaign):
    at_desk, by_link = take(desk, nina, campaign), take(desk, nina, campaign)
    client.force_login(nina)
    assert "They take it back" in text(client.get(url("cash_receipt", at_desk.pk)))
    answer = client.post(url("cash_receipt_withdraw", at_desk.pk), follow=True)
    assert "Hand the cash over against a signature" in text(answer)
    assert "The backer took the pledge back" in text(answer)
    client.logout()
    link = url("cash_receipt_donor", link_token(by_link.pledge, DESK_RECEIPT))
    assert "Changed your mind?" in text(client.get(link))
    answer = client.post(link, {"withdraw": "1"}, follow=True)
    assert "€50.00 come back to you" in text(answer)
    assert "Changed your mind?" not in text(answer)


def test_a_transfer_is_offered_where_the_till_is_too_low(client, desk, nina, campaign):
    other = counter.desk()
    receipt = take(other, counter.operator(other), campaign)
    miss(campaign)
    client.force_login(nina)
    answer = client.post(url("cash_return", desk.pk, owed(receipt).pk), {"signature_name": "Dario"})
    assert answer.status_code == 422
    assert "Offer a bank transfer, or another desk" in text(answer)
    to = url("cash_return_transfer", desk.pk, owed(receipt).pk)
    assert client.post(to, {"iban": "IT00", "holder": "D"}).status_code == 422
    client.post(to, {"iban": "IT60X0542811101000000123456", "holder": "Dario Fo"})
    assert ReturnByTransfer.objects.get().asked_by == nina


def test_the_donor_sees_the_receipt_by_link_and_names_an_account(client, desk, nina, campaign):
    receipt = take(desk, nina, campaign, email="dario@example.org")
    link = url("cash_receipt_donor", link_token(receipt.pledge, DESK_RECEIPT), language="it")
    page = client.get(link)
    assert f"Ricevuta {receipt.full_number}" in text(page)
    assert "nessuna agevolazione fiscale" in text(page)
    assert page["Referrer-Policy"] == "no-referrer"
    miss(campaign)
    page = client.get(link)
    assert "tornano a te" in text(page)
    assert url("cash_desks", language="it") in page.content.decode()
    assert client.post(link, {"iban": "x", "holder": "x"}).status_code == 422
    client.post(link, {"iban": "IT60X0542811101000000123456", "holder": "Dario Fo"})
    assert "sul conto di Dario Fo" in text(client.get(link))
    for wrong in (link_token(receipt.pledge, MANAGE), "x:y:z"):
        assert client.get(url("cash_receipt_donor", wrong)).status_code == 404


def test_a_day_is_closed_and_signed_on_pages(client, desk, nina, campaign):
    take(desk, nina, campaign)
    client.force_login(nina)
    answer = client.post(url("cash_close", desk.pk), {"counted_cents": "49"})
    assert answer.status_code == 422
    assert "write why, or count again" in text(answer)
    answer = client.post(url("cash_close", desk.pk), {"counted_cents": "49", "reason": "resto"})
    closing = DeskClosing.objects.get()
    page = client.get(answer.url)
    assert "-€1.00 : resto" in text(page)
    assert "It waits for another person" in text(page)
    assert "I have counted" not in text(page)
    assert client.post(answer.url, {"countersign": "1"}).status_code == 403
    assert "The day is closed" in text(client.get(url("cash_till", desk.pk)))
    client.force_login(counter.operator(desk, name="Ivo"))
    assert client.post(answer.url, {"reject": "1", "why": ""}).status_code == 422
    assert client.post(answer.url, {"countersign": "1"}).status_code == 302
    assert client.post(answer.url, {"send": "1", "cents": "49", "bag": ""}).status_code == 422
    assert client.post(answer.url, {"send": "1", "cents": "49", "bag": "busta 7"}).status_code == 302
    closing.refresh_from_db()
    assert (closing.status, closing.sent_cents, closing.bag) == (ClosingStatus.SENT, 4_900, "busta 7")
    assert client.post(answer.url, {"nonsense": "1"}).status_code == 422


def test_the_officer_opens_a_desk_names_its_people_and_sees_the_tills(
    client, desk, nina, campaign, staff_login
):
    staff_login(client, Role.OFFICER)
    card = {"name": "Hub Barona", "address": "Via Barona 1", "neighbourhood": desk.neighbourhood_id}
    assert client.post(url("cash_desk_new"), card | {"name": ""}).status_code == 422
    assert client.post(url("cash_desk_new"), card).status_code == 302
    made = CashDesk.objects.get(name="Hub Barona")
    ivo = world.person("Ivo")
    client.post(url("cash_operator_add", made.pk), {"email": ivo.email})
    shown = client.get(url("cash_desk_officer", made.pk))
    assert "Ivo" in text(shown)
    client.post(url("cash_operator_end", made.operators.get().pk))
    client.post(url("cash_operator_add", made.pk), {"email": "no"})
    assert "Nobody yet" in text(client.get(url("cash_desk_officer", made.pk)))
    client.post(url("cash_desk_officer", made.pk), card | {"hours": "lun 9–12"})
    client.post(url("cash_desk_officer", made.pk), {"shut": "1"})
    made.refresh_from_db()
    assert (made.hours, made.is_open) == ("lun 9–12", False)
    client.post(url("cash_desk_officer", made.pk), {"reopen": "1"})
    take(desk, nina, campaign)
    close_day(desk=desk, counted_cents=4_000, reason="resto", by=nina, now=NOW)
    page = text(client.get(url("cash_officer")))
    assert "€50.00" in page
    assert "-€10.00" in page
    assert "-€10.00" in text(client.get(url("cash_officer") + "?differences"))
    assert "Countersign a cash desk" in text(client.get(url("officer_desk")))


def test_auditors_read_and_change_nothing(client, desk, nina, campaign, staff_login):
    receipt = take(desk, nina, campaign)
    staff_login(client, Role.AUDITOR)
    for page in (
        url("cash_officer"),
        url("cash_desk_officer", desk.pk),
        url("cash_till", desk.pk),
        url("cash_receipt", receipt.pk),
    ):
        assert client.get(page).status_code == 200, page
    assert "Open a desk" not in text(client.get(url("cash_officer")))
    assert "Take cash" not in text(client.get(url("cash_till", desk.pk)))
    for page in (url("cash_take", desk.pk), url("cash_desk_new"), url("cash_close", desk.pk)):
        assert client.get(page).status_code == 403, page
    assert client.post(url("cash_desk_officer", desk.pk), {"shut": "1"}).status_code == 403


def test_strangers_and_other_desks_stay_outside(client, desk, nina, campaign):
    receipt = take(desk, nina, campaign)
    closing = close_day(desk=desk, counted_cents=5_000, by=nina, now=NOW)
    inside = [
        url("cash_till", desk.pk),
        url("cash_take", desk.pk),
        url("cash_returns", desk.pk),
        url("cash_receipt", receipt.pk),
        url("cash_receipt_cancel", receipt.pk),
        url("cash_closing", closing.pk),
        url("cash_officer"),
        url("cash_desk_officer", desk.pk),
    ]
    assert all(client.get(page).status_code == 302 for page in inside), "a login first"
    for who in (world.person(), counter.operator(counter.desk())):
        client.force_login(who)
        assert [client.get(page).status_code for page in inside] == [403] * len(inside)


def test_everybody_is_told_where_cash_can_be_given(client, desk, nina):
    CashDesk.objects.filter(pk=desk.pk).update(hours="lun–ven 15–19")
    page = client.get(url("cash_desks", language="it"))
    assert f"{desk.name} Via Teramo 5 lun–ven 15–19" in text(page)
    assert "Apri la cassa di" not in text(page)
    client.force_login(nina)
    page = client.get(url("cash_desks", language="it"))
    assert f"Apri la cassa di {desk.name}" in text(page)
    assert url("cash_till", desk.pk, language="it") in page.content.decode()


def test_the_till_takes_few_queries(client, desk, nina, campaign, django_assert_max_num_queries):
    for n in range(6):
        take(desk, nina, campaign, now=NOW + dt.timedelta(seconds=n))
    client.force_login(nina)
    with django_assert_max_num_queries(14):
        client.get(url("cash_till", desk.pk))
