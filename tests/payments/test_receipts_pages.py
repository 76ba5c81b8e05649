"""Receipts as pages and PDFs: by the signed link, logged in, for the organisation and for the city's people."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from accounts.enums import Role, TeamRole
from accounts.notices.models import Notice
from accounts.notices.services import render
from crowdfund.kit import pdf as kit_pdf
from crowdfund.kit.errors import Refused
from payments.enums import Channel, PledgeStatus
from payments.ledger.enums import Book
from payments.ledger.services import close_days, seal
from payments.models import Pledge
from payments.permissions import MANAGE, link_token
from payments.receipts.models import CorrectionRequest, DonorDetails, Receipt, ReceiptText
from payments.receipts.permissions import LINK_LIVES_SECONDS, receipts_token, summary_token
from payments.receipts.services.donors import restrict_donors
from payments.receipts.services.drains import correct_due, issue_due
from tests import world
from tests.campaigns import calling
from tests.payments.receipt_rows import collected, funded, give_back, received, reward
from tests.world import NOW

pytestmark = pytest.mark.django_db
LANGUAGES = ("it", "en")
CODE = "LVLDAA80T50F205R"


def url(name: str, *args: object, language: str = "en") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def login(client: Any, user: Any) -> Any:
    client.force_login(user)
    if user.needs_second_factor:
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": 1}]
        session.save()
    return client


def read(response: Any) -> str:
    assert response["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def pledge() -> Pledge:
    """A pledge with its receipt, given by Ada."""
    organisation = world.organisation(world.person("Olivia"), name="Amici della Barona")
    made = collected(
        funded(project=world.project(organisation=organisation, title="Orto")),
        5_000,
        name="Ada",
        backer=world.person(),
    )
    DonorDetails.objects.create(pledge=made, name="Ada Lovelace", tax_code=CODE, changed_at=NOW)
    issue_due()
    return made


# By the signed link


@pytest.mark.parametrize(
    ("language", "title", "declares"),
    [
        ("it", "Ricevuta di erogazione liberale n. 1/2026", "senza corrispettivo"),
        ("en", "Receipt for a gift no. 1/2026", "without consideration"),
    ],
)
def test_a_guest_reads_and_downloads_a_receipt_without_a_login(client, pledge, language, title, declares):
    token, receipt = receipts_token(pledge), Receipt.objects.get()
    page = client.get(url("receipts_by_link", token, language=language))
    assert title in text(page)
    shown = client.get(url("receipt_by_link", token, receipt.public_id, language=language))
    paper = read(client.get(url("receipt_pdf_by_link", token, receipt.public_id, language=language)))
    for words in (text(shown), paper):
        assert title in words
        assert declares in words
        for fact in ("Amici della Barona", "97103880585", "Ada Lovelace", CODE, "Visa •••• 4242", "Orto"):
            assert fact in words
        assert ("50,00" if language == "it" else "€50.00") in words
        assert ("22 novembre 2026" if language == "it" else "22 November 2026") in words


def test_the_email_leads_there(client, pledge):
    notice = Notice.objects.get(event="receipt_ready")
    render(notice)
    assert notice.subject == "La tua ricevuta per “Orto” è pronta"
    assert "Ricevuta di erogazione liberale 1/2026" in notice.html
    assert client.get(notice.context["action_url"].removeprefix("http://localhost:8000")).status_code == 200


def test_the_pdf_is_the_same_every_time(client, pledge):
    address = url("receipt_pdf_by_link", receipts_token(pledge), Receipt.objects.get().public_id)
    first, second = client.get(address), client.get(address)
    assert sha256(first.content).digest() == sha256(second.content).digest()
    assert first["Content-Disposition"] == 'inline; filename="receipt-1-2026.pdf"'


def test_a_link_opens_one_pledge_and_no_other(client, pledge):
    other = collected(funded())
    issue_due()
    mine, theirs = receipts_token(other), Receipt.objects.get(pledge=pledge)
    for name in ("receipt_by_link", "receipt_pdf_by_link", "receipt_proof_by_link"):
        assert client.get(url(name, mine, theirs.public_id)).status_code == 404
    assert client.get(url("receipt", theirs.public_id)).status_code == 404
    for forged in (link_token(pledge, MANAGE), receipts_token(pledge)[:-1] + "x", "nonsense"):
        assert client.get(url("receipts_by_link", forged)).status_code == 404


def test_a_link_lives_three_years(client, pledge):
    for age, status in ((LINK_LIVES_SECONDS - 60, 200), (LINK_LIVES_SECONDS + 60, 404)):
        token = link_token(pledge, "receipts", at=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=age))
        assert client.get(url("receipts_by_link", token)).status_code == status


def test_without_pango_the_page_is_offered_with_a_sentence(client, pledge, monkeypatch):
    def refuse() -> None:
        raise Refused("no_pdf", "Niente PDF qui: leggi la pagina.")

    monkeypatch.setattr(kit_pdf, "_weasyprint", refuse)
    token, receipt = receipts_token(pledge), Receipt.objects.get()
    page = client.get(url("receipt_pdf_by_link", token, receipt.public_id), follow=True)
    assert page.redirect_chain == [(url("receipt_by_link", token, receipt.public_id), 302)]
    assert "Niente PDF qui: leggi la pagina." in text(page)


# What must be said


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_a_reward_nothing_says_without_consideration(client, language):
    campaign = funded()
    made = collected(campaign, 5_000, reward=reward(campaign, value=1_200))
    issue_due()
    token = receipts_token(made)
    words = [
        text(client.get(url(name, token, row.public_id, language=language)))
        if name == "receipt_by_link"
        else read(client.get(url(name, token, row.public_id, language=language)))
        for row in Receipt.objects.order_by("number")
        for name in ("receipt_by_link", "receipt_pdf_by_link")
    ]
    for page in words:
        assert "corrispettivo" not in page
        assert "Una cassetta di verdura" in page
    assert all("12,00" in page or "12.00" in page for page in words)
    not_a_gift = "non dà diritto ad agevolazioni fiscali" if language == "it" else "no right to a tax benefit"
    assert [not_a_gift in page for page in words] == [True, True, False, False]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("it", "Pagamento in contanti, non tracciabile: nessuna agevolazione fiscale."),
        ("en", "Paid in cash, not traceable: no tax benefit."),
    ],
)
def test_cash_says_that_it_leaves_no_trace(client, language, sentence):
    made = received(funded(), Channel.CASH)
    issue_due()
    token, receipt = receipts_token(made), Receipt.objects.get()
    assert sentence in text(client.get(url("receipt_by_link", token, receipt.public_id, language=language)))
    assert sentence in read(
        client.get(url("receipt_pdf_by_link", token, receipt.public_id, language=language))
    )


def test_no_tax_benefit_is_promised_unless_the_organisation_says_so_itself(client, pledge):
    token, receipt = receipts_token(pledge), Receipt.objects.get()
    page = client.get(url("receipt_by_link", token, receipt.public_id))
    assert "this receipt promises nothing" in text(page)
    owner = pledge.campaign.project.organisation.memberships.get().user
    ReceiptText.objects.create(
        organisation=pledge.campaign.project.organisation, text="ETS <b>iscritto</b> al RUNTS.", status="approved",
        written_by=owner, written_at=NOW, decided_by=world.person(), decided_at=NOW,
    )  # fmt: skip
    later = collected(pledge.campaign)
    issue_due()
    receipt = Receipt.objects.get(pledge=later)
    page = client.get(url("receipt_by_link", receipts_token(later), receipt.public_id))
    assert "this receipt promises nothing" not in text(page)
    assert "ETS &lt;b&gt;iscritto&lt;/b&gt; al RUNTS." in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "means"),
    [
        (
            {"method": "sepa_debit", "mandate_id": "mandate_1", "card_brand": "", "card_last4": "3000"},
            "Direct debit (SEPA) •••• 3000",
        ),
        ({"card_brand": "", "card_last4": ""}, "Card"),
        ({"card_brand": "mastercard", "card_last4": "4444"}, "Card Mastercard •••• 4444"),
    ],
)
def test_the_means_are_named_as_far_as_they_are_known(client, fields, means):
    made = collected(funded(), **fields)
    issue_due()
    page = client.get(url("receipt_by_link", receipts_token(made), Receipt.objects.get().public_id))
    assert f"<dd>{means}</dd>" in re.sub(r"\s*(</?dd>)\s*", r"\1", page.content.decode())


def test_a_void_document_says_so_and_its_correction_says_why(client, pledge):
    give_back(pledge, 2_000)
    correct_due()
    token = receipts_token(pledge)
    void, correction, _new = Receipt.objects.order_by("number")
    page = text(client.get(url("receipts_by_link", token)))
    assert "Void by no. 2/2026" in page
    assert "Voids no. 1/2026" in page
    assert "€30.00" in page
    assert "This document is void" in read(client.get(url("receipt_pdf_by_link", token, void.public_id)))
    words = read(client.get(url("receipt_pdf_by_link", token, correction.public_id)))
    assert "This document voids: Receipt for a gift no. 1/2026 of 22 November 2026." in words
    assert "What remains, if anything, has a document of its own." in words
    assert client.get(url("receipt_proof_by_link", token, correction.public_id)).status_code == 404
    notice = Notice.objects.get(event="receipt_corrected")
    render(notice)
    assert "Ti è stato restituito del denaro" in notice.text


# Who gives


def test_before_a_receipt_the_backer_says_who_gives(client):
    made = collected(funded(), name="Ada")
    address = url("receipts_by_link", receipts_token(made))
    assert 'value="Ada"' in client.get(address).content.decode()
    answer = client.post(
        address, {"name": " Ada  Lovelace", "tax_code": CODE.lower(), "address": "via Voltri 1"}
    )
    assert answer.status_code == 302
    details = DonorDetails.objects.get()
    assert (details.name, details.tax_code, details.address) == ("Ada Lovelace", CODE, "via Voltri 1")
    issue_due()
    assert Receipt.objects.get().donor.tax_code == CODE


def test_a_wrong_codice_fiscale_changes_nothing(client):
    made = collected(funded())
    answer = client.post(
        url("receipts_by_link", receipts_token(made), language="it"),
        {"name": "Ada", "tax_code": "LVLDAA80T50F205X"},
    )
    assert answer.status_code == 422
    assert "Questo codice fiscale non è corretto" in text(answer) or "codice fiscale" in text(answer)
    assert not DonorDetails.objects.exists()


def test_a_pledge_that_ended_without_money_has_nothing_to_say(client):
    made = collected(funded(), status=PledgeStatus.REFUNDED)
    page = client.get(url("receipts_by_link", receipts_token(made)))
    assert "There is no receipt for this pledge" in text(page)
    assert 'name="tax_code"' not in page.content.decode()


def test_after_a_receipt_the_backer_asks_and_the_organisation_puts_it_right(client, pledge):
    address = url("receipts_by_link", receipts_token(pledge), language="it")
    same = client.post(address, {"name": "Ada Lovelace", "tax_code": CODE, "address": ""})
    assert same.status_code == 422
    assert "La ricevuta dice già così." in text(same)
    assert client.post(address, {"name": "Ada Byron", "tax_code": CODE, "address": ""}).status_code == 302
    assert "Hai chiesto una rettifica" in text(client.get(address))
    assert client.post(address, {"name": "Eva", "tax_code": "", "address": ""}).status_code == 422
    asked = CorrectionRequest.objects.get()
    owner = pledge.campaign.project.organisation.memberships.get().user
    login(client, owner)
    assert (
        url("correction_request", asked.pk, language="it")
        in client.get(url("team_desk", language="it")).content.decode()
    )
    page = client.get(url("correction_request", asked.pk))
    assert "Ada Byron" in text(page)
    answer = client.post(url("correction_request", asked.pk), {"grant": "1"})
    assert answer.url == url("organisation_receipts", pledge.campaign.project.organisation.slug)
    first, second, third = Receipt.objects.order_by("number")
    assert (second.corrects, second.reason, third.donor.name) == (first, "details", "Ada Byron")
    assert (first.donor.name, second.donor.name) == ("Ada Lovelace", "Ada Lovelace")


def test_the_organisation_may_decline_with_a_reason(client, pledge):
    address = url("receipts_by_link", receipts_token(pledge))
    client.post(address, {"name": "Eva", "tax_code": "", "address": ""})
    asked = CorrectionRequest.objects.get()
    login(client, pledge.campaign.project.organisation.memberships.get().user)
    empty = client.post(url("correction_request", asked.pk), {"decline": "1", "why": ""})
    assert empty.status_code == 422
    client.post(url("correction_request", asked.pk), {"decline": "1", "why": "Il bonifico è di Ada."})
    asked.refresh_from_db()
    assert (asked.status, Receipt.objects.count()) == ("declined", 1)
    notice = Notice.objects.get(event="receipt_request_declined")
    render(notice)
    assert "Il bonifico è di Ada." in notice.text


def test_a_request_waits_while_the_money_is_in_dispute(client, pledge):
    client.post(
        url("receipts_by_link", receipts_token(pledge)), {"name": "Eva", "tax_code": "", "address": ""}
    )
    Pledge.objects.update(status=PledgeStatus.DISPUTED)
    login(client, pledge.campaign.project.organisation.memberships.get().user)
    address = url("correction_request", CorrectionRequest.objects.get().pk)
    answer = client.post(address, {"grant": "1"}, HTTP_REFERER=f"http://testserver{address}", follow=True)
    assert "The money is in dispute" in text(answer)
    assert (CorrectionRequest.objects.get().status, Receipt.objects.count()) == ("asked", 1)


# A year


def test_the_year_of_a_person_over_all_organisations(client, pledge):
    user = pledge.backer
    second = funded(project=world.project(title="Cucina"))
    collected(second, 5_000, backer=user, reward=reward(second, value=1_000))
    received(funded(), Channel.CASH, 700, backer=user)
    received(funded(), Channel.BANK, 900, backer=user, received_on=dt.date(2025, 12, 30))
    given_back = collected(funded(), 3_000, backer=user)
    issue_due()
    give_back(given_back, 3_000)
    correct_due()
    login(client, user)
    page = client.get(url("my_summary", 2026))
    paper = read(client.get(url("my_summary_pdf", 2026)))
    for words in (text(page), paper):
        assert "Gifts by card, direct debit or bank transfer €90.00" in words
        assert "Gifts in cash: not traceable, no tax benefit €7.00" in words
        assert "Paid for rewards: no gift €10.00" in words
        assert "Amici della Barona" in words
        assert "€30.00" not in words
        assert "€9.00" not in words
    assert "€9.00" in text(client.get(url("my_summary", 2025)))
    assert "There is no document of that year" in text(client.get(url("my_summary", 2019)))
    listed = text(client.get(url("my_receipts")))
    assert "What you gave in 2025" in listed
    assert "Void by no." in listed


def test_a_guests_year_opens_by_a_link_sent_to_the_address(client, pledge):
    token = receipts_token(pledge)
    answer = client.post(url("summary_send", token), {"year": "2026"}, follow=True)
    assert "We have sent the link" in text(answer)
    client.post(url("summary_send", token), {"year": "2026"})
    notice = Notice.objects.get(event="receipt_summary")
    assert notice.email == pledge.email
    render(notice)
    link = notice.context["action_url"].removeprefix("http://localhost:8000")
    assert link not in answer.content.decode()
    client.logout()
    assert "50,00" in text(client.get(link))
    assert "50,00" in read(client.get(f"{link}pdf/"))
    assert client.get(url("summary_by_link", summary_token(pledge.email, 2026)[:-2])).status_code == 404
    assert client.post(url("summary_send", token), {"year": "x"}).status_code == 404


# Ways there


def test_my_pledges_and_the_pledges_own_page_lead_to_the_receipts(client, pledge):
    login(client, pledge.backer)
    assert "Receipt for a gift no. 1/2026" in text(client.get(url("my_pledges")))
    page = client.get(url("pledge_manage", link_token(pledge, MANAGE)))
    assert "Your receipt is ready." in text(page)
    assert 'href="/en/receipts/of/' in page.content.decode()


def test_a_person_without_receipts_is_told_when_they_come(client):
    login(client, world.person())
    assert "You have no receipts yet" in text(client.get(url("my_receipts")))


# The proof


def test_the_proof_page_and_the_file_that_anyone_can_verify(client, pledge, tmp_path):
    token, receipt = receipts_token(pledge), Receipt.objects.get()
    address = url("receipt_proof_by_link", token, receipt.public_id)
    assert "come back tomorrow" in text(client.get(address))
    seal(book=Book.CASH, now=NOW)
    close_days(book=Book.CASH, now=NOW + dt.timedelta(days=1))
    page = client.get(address)
    assert "The proof holds" in text(page)
    assert f"movement no. {receipt.transfer_id}" in text(page)
    file = client.get(address, {"format": "json"})
    proof = json.loads(file.content)
    assert file["Content-Disposition"] == f'attachment; filename="proof-{receipt.transfer_id}.json"'
    roots = client.get("/api/v1/ledger/roots/?book=cash").json()["results"]
    assert [row["root"] for row in roots] == [proof["root"]]
    program = as_written_in_the_docs()
    assert program(proof)
    assert not program(proof | {"text": proof["text"].replace("5000", "5001")})
    assert not program(proof | {"root": "00" * 32})


def as_written_in_the_docs() -> Any:
    """The few lines of `docs/receipts.md`, run as they stand there."""
    docs = Path(__file__).parents[2] / "docs" / "receipts.md"
    [code] = re.findall(r"```python\n(.*?)```", docs.read_text("utf-8"), re.DOTALL)
    found: dict[str, Any] = {}
    exec(code.partition("\nimport json")[0], found)
    return found["holds"]


# The organisation and the city


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("owner", True),
        ("accountant", True),
        ("editor", False),
        ("stranger", False),
        ("officer", True),
        ("auditor", True),
        ("approver", False),
    ],
)
def test_who_reads_an_organisations_receipts(client, pledge, who, allowed):
    organisation = pledge.campaign.project.organisation
    people = {
        "owner": lambda: organisation.memberships.get().user,
        "accountant": lambda: calling.member(organisation, TeamRole.ACCOUNTANT),
        "editor": lambda: calling.member(organisation, TeamRole.EDITOR),
        "stranger": world.person,
        "officer": lambda: world.staff(Role.OFFICER),
        "auditor": lambda: world.staff(Role.AUDITOR),
        "approver": lambda: world.staff(Role.APPROVER),
    }
    login(client, people[who]())
    receipt = Receipt.objects.get()
    statuses = {
        client.get(url("organisation_receipts", organisation.slug)).status_code: 403,
        client.get(url("organisation_receipts_csv", organisation.slug, 2026)).status_code: 403,
    }
    assert set(statuses) == ({200} if allowed else {403})
    for name in ("receipt", "receipt_pdf", "receipt_proof"):
        assert client.get(url(name, receipt.public_id)).status_code == (200 if allowed else 404)


def test_the_table_has_every_document_and_runs_no_formula(client, pledge):
    details = DonorDetails.objects.get()
    details.name = "=HYPERLINK(1)"
    details.save()
    give_back(pledge, 1_000)
    correct_due()
    organisation = pledge.campaign.project.organisation
    login(client, organisation.memberships.get().user)
    answer = client.get(url("organisation_receipts_csv", organisation.slug, 2026))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [
        (row["number"], row["kind"], row["corrects"], row["amount_cents"], row["void"]) for row in rows
    ] == [
        ("1/2026", "receipt", "", "5000", "yes"),
        ("2/2026", "correction", "1/2026", "5000", "no"),
        ("3/2026", "receipt", "", "4000", "no"),
    ]
    assert rows[2]["donor_name"] == "'=HYPERLINK(1)"
    page = text(client.get(url("organisation_receipts", organisation.slug)))
    assert "Receipt for a gift no. 3/2026" in page


def test_the_owner_writes_the_text_and_an_officer_approves_it(client, pledge):
    organisation = pledge.campaign.project.organisation
    owner, officer = organisation.memberships.get().user, world.staff(Role.OFFICER)
    login(client, owner)
    address = url("organisation_receipt_text", organisation.slug)
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "x" * 1501}).status_code == 422
    assert not ReceiptText.objects.exists()
    client.post(address, {"text": "Ente del Terzo settore."})
    assert "Waiting for the municipality" in text(client.get(address))
    made = ReceiptText.objects.get()
    login(client, officer)
    decide = url("receipt_text", made.pk)
    assert (
        url("receipt_text", made.pk, language="it")
        in client.get(url("officer_desk", language="it")).content.decode()
    )
    assert "Approve it only if" in text(client.get(decide))
    assert client.post(decide, {"reject": "1", "why": ""}).status_code == 422
    client.post(decide, {"approve": "1"})
    assert "No text waits for a decision" in text(client.get(url("office_receipts")))
    login(client, owner)
    assert "Ente del Terzo settore." in text(client.get(url("organisation_receipts", organisation.slug)))


def test_a_text_turned_down_comes_back_with_the_reason(client, pledge):
    organisation = pledge.campaign.project.organisation
    owner = organisation.memberships.get().user
    login(client, owner)
    address = url("organisation_receipt_text", organisation.slug)
    client.post(address, {"text": "Detraibile al 100 %."})
    login(client, world.staff(Role.OFFICER))
    client.post(url("receipt_text", ReceiptText.objects.get().pk), {"reject": "1", "why": "Non è vero."})
    login(client, owner)
    assert "Non è vero." in text(client.get(address))


# Erasure


def test_after_an_erasure_only_the_owner_and_auditors_see_who_gave(client, pledge):
    organisation = pledge.campaign.project.organisation
    owner, receipt = organisation.memberships.get().user, Receipt.objects.get()
    assert restrict_donors(pledges=[pledge], now=NOW) == 1
    assert not DonorDetails.objects.exists()
    assert client.get(url("receipts_by_link", receipts_token(pledge))).status_code == 404
    seen = {}
    people = {
        "backer": pledge.backer,
        "accountant": calling.member(organisation, TeamRole.ACCOUNTANT),
        "officer": world.staff(Role.OFFICER),
        "owner": owner,
        "auditor": world.staff(Role.AUDITOR),
    }
    for name, user in people.items():
        login(client, user)
        seen[name] = client.get(url("receipt", receipt.public_id)).status_code
    assert seen == {"backer": 404, "accountant": 404, "officer": 404, "owner": 200, "auditor": 200}
    login(client, people["accountant"])
    assert "Restricted: the account was erased" in text(
        client.get(url("organisation_receipts", organisation.slug))
    )
    answer = client.get(url("organisation_receipts_csv", organisation.slug, 2026))
    assert CODE not in b"".join(answer.streaming_content).decode()
    give_back(pledge, 1_000)
    correct_due()
    new = Receipt.objects.order_by("number").last()
    assert (new.donor.name, new.donor.restricted_at) == ("Ada Lovelace", NOW)
    assert not Notice.objects.filter(event="receipt_corrected").exists()
