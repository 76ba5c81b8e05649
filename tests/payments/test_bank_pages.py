"""Transfers as pages: in two languages, without a script, for guests, officers and approvers."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image
from pypdf import PdfReader

from accounts.enums import Role
from accounts.models import User
from accounts.notices.models import Notice
from accounts.notices.services import render
from campaigns.enums import CampaignStatus
from campaigns.models import Campaign, Reward
from payments.bank.enums import ListStatus
from payments.bank.models import BankLine, BankStatement, CreditList, Excess, LineMatch
from payments.bank.permissions import EXCESS
from payments.enums import PledgeStatus
from payments.models import Pledge
from payments.permissions import MANAGE, THANKS, link_token
from payments.services import velocity
from tests import world
from tests.payments.bank_files.acting import (
    DEADLINE,
    TODAY,
    a_list,
    approver,
    bring,
    line,
    officer,
    paid,
    promise,
)
from tests.payments.bank_files.writing import ADA, BO, Move, statement
from tests.payments.test_bank_lists import missed
from tests.world import NOW

pytestmark = pytest.mark.django_db


def at_page(name: str, *args: Any, language: str = "it") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def text(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def given(**fields: Any) -> dict[str, Any]:
    return {
        "amount_cents": "25",
        "email": "ada@example.org",
        "iban": "IT60 X054 2811 1010 0000 0123 456",
        "holder": "Ada Lovelace",
        "name": "",
        "consent": "on",
    } | fields


def staff_client(user: User) -> Client:
    """Somebody of the city, logged in with a second factor."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    return client


class TestTheBacker:
    def test_the_whole_journey_of_a_guest(self, client):
        campaign = world.campaign()
        Reward.objects.create(campaign=campaign, title="Cesta", min_cents=1_000)
        page = client.get("/campagne/" + campaign.slug + "/sostieni/bonifico/")
        assert page.status_code == 200
        assert "Quanto vuoi versare?" in text(page)
        answer = client.post(page.request["PATH_INFO"], given())
        pledge = Pledge.objects.get()
        assert answer.url.startswith("/sostegni/bonifico/")
        shown = client.get(answer.url)
        reference = pledge.transfer.reference
        for said in (
            "Fai il bonifico",
            f"{reference[:4]} {reference[4:8]}",
            "IT40 S054",
            "25,00",
            "Comune di Prova",
        ):
            assert said in text(shown)
        assert "<svg" in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]

    @pytest.mark.parametrize("language", ["it", "en"])
    def test_every_page_speaks_both_languages(self, client, language):
        campaign = world.campaign()
        pledge = promise(campaign, language=language)
        bring(paid(pledge, 4_000))
        manage, excess = link_token(pledge, MANAGE), link_token(pledge, EXCESS)
        other = link_token(promise(campaign), MANAGE)
        for name, arg in [
            ("transfer_new", campaign.slug),
            ("transfer_show", manage),
            ("transfer_show", other),
            ("transfer_account", manage),
            ("transfer_excess", excess),
        ]:
            page = client.get(at_page(name, arg, language=language))
            assert page.status_code == 200, name
            assert f'<html lang="{language}">' in page.content.decode()

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"amount_cents": "4"}, "5,00"),
            ({"amount_cents": "100.000,01"}, "100.000,00"),
            ({"amount_cents": "dieci"}, "25,50"),
            ({"amount_cents": "20000"}, "10.000,00"),
            ({"iban": "IT60"}, "IBAN non è giusto"),
            ({"holder": "山田"}, "lettere latine"),
            ({"email": "ada"}, "email"),
            ({"consent": ""}, "Senza il tuo accordo"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, client, wrong, said):
        campaign = world.campaign()
        answer = client.post(at_page("transfer_new", campaign.slug), given(**wrong))
        assert answer.status_code == 422
        assert said in text(answer)
        assert not Pledge.objects.exists()

    def test_a_person_is_not_asked_for_an_email(self, client):
        ada = world.person()
        client.force_login(ada)
        address = at_page("transfer_new", world.campaign().slug)
        assert 'name="email"' not in client.get(address).content.decode()
        client.post(address, given(email=""))
        assert Pledge.objects.get().backer == ada

    def test_too_many_attempts(self, client, monkeypatch):
        monkeypatch.setattr(velocity, "MOST_BY_EMAIL", 1)
        address = at_page("transfer_new", world.campaign().slug)
        assert client.post(address, given()).status_code == 302
        assert client.post(address, given()).status_code == 429
        cache.clear()

    @pytest.mark.parametrize("why", ["closed", "off"])
    def test_where_no_transfer_is_possible(self, client, settings, why):
        campaign = world.campaign()
        if why == "closed":
            Campaign.objects.update(deadline=NOW - dt.timedelta(hours=1))
        else:
            settings.BANK_ACCOUNT_IBAN = ""
        answer = client.get(at_page("transfer_new", campaign.slug), follow=True)
        assert "non accetta sostegni con bonifico" in text(answer)
        campaign.refresh_from_db()
        shown = Template("{% load bank %}{% pay_otherwise campaign %}").render(
            Context({"campaign": campaign})
        )
        assert "bonifico" not in shown

    def test_the_form_for_cards_can_lead_here(self):
        campaign = world.campaign()
        shown = Template("{% load bank %}{% pay_otherwise campaign %}").render(
            Context({"campaign": campaign})
        )
        assert at_page("transfer_new", campaign.slug) in shown

    def test_the_link_of_a_cards_page_leads_here_too(self, client):
        token = link_token(promise(world.campaign()), MANAGE)
        assert client.get(at_page("pledge_manage", token)).url == at_page("transfer_show", token)

    def test_it_is_changed_and_cancelled_by_the_link(self, client):
        pledge = promise(world.campaign())
        token = link_token(pledge, MANAGE)
        answer = client.post(
            at_page("transfer_show", token), {"amount_cents": "40", "consent": "on"}, follow=True
        )
        assert "40,00" in text(answer)
        wrong = client.post(at_page("transfer_show", token), {"amount_cents": "40"})
        assert wrong.status_code == 422
        answer = client.post(at_page("transfer_account", token), {"iban": BO, "holder": "Bo"}, follow=True)
        assert "DE89 3704" in text(answer)
        assert (
            client.post(at_page("transfer_account", token), {"iban": "x", "holder": "Bo"}).status_code == 422
        )
        answer = client.post(at_page("transfer_cancel", token), follow=True)
        assert "Questo sostegno è annullato" in text(answer)
        assert "annullato" in text(client.post(at_page("transfer_cancel", token), follow=True)).lower()
        pledge.refresh_from_db()
        assert (pledge.status, pledge.promised_cents) == (PledgeStatus.CANCELLED, 4_000)

    def test_links_for_something_else_open_nothing(self, client):
        pledge = promise(world.campaign())
        for token in ("x", link_token(pledge, THANKS), link_token(pledge, EXCESS)):
            assert client.get(at_page("transfer_show", token)).status_code == 404
        assert client.get(at_page("transfer_excess", link_token(pledge, MANAGE))).status_code == 404

    def test_the_backer_answers_by_the_link_of_the_email(self, client):
        pledge = promise(world.campaign())
        bring(paid(pledge, 4_000), paid(pledge, 700))
        more, again = Excess.objects.order_by("kind").reverse()
        address = at_page("transfer_excess", link_token(pledge, EXCESS))
        page = client.get(address)
        assert "15,00" in text(page)
        assert "Sono arrivati più soldi" in text(
            client.get(at_page("transfer_show", link_token(pledge, MANAGE)))
        )
        assert "va al progetto" in text(client.post(address, {"excess": more.pk, "agree": "1"}, follow=True))
        assert "Torna sul tuo conto" in text(
            client.post(address, {"excess": again.pk, "back": "1"}, follow=True)
        )
        assert [one.status for one in Excess.objects.order_by("pk")] == ["counted", "returned"]
        assert "già stato deciso" in text(
            client.post(address, {"excess": more.pk, "agree": "1"}, follow=True)
        )
        assert client.post(address, {"excess": 0, "agree": "1"}).status_code == 404

    def test_the_sheet_to_print(self, client):
        pledge = promise(world.campaign())
        answer = client.get(at_page("transfer_pdf", link_token(pledge, MANAGE)))
        said = " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
        assert answer["Content-Type"] == "application/pdf"
        reference = pledge.transfer.reference
        assert f"{reference[:4]} {reference[4:8]} {reference[8:12]} {reference[12:]}" in said
        assert "IT40 S054 2811 1010 0000 0123 456" in said

    def test_without_a_pdf_maker_the_page_says_so(self, client, monkeypatch):
        from crowdfund.kit.errors import Refused
        from payments.bank import documents

        def cannot(*_a: Any, **_k: Any) -> bytes:
            raise Refused("no_pdf", "Qui niente PDF.")

        monkeypatch.setattr(documents, "pdf_of_html", cannot)
        token = link_token(promise(world.campaign()), MANAGE)
        assert "Qui niente PDF." in text(client.get(at_page("transfer_pdf", token), follow=True))

    def test_the_code_as_a_picture(self, client):
        pledge = promise(world.campaign())
        address = at_page("transfer_qr", link_token(pledge, MANAGE))
        picture = Image.open(io.BytesIO(client.get(address).content))
        assert picture.size[0] == picture.size[1] > 200
        bring(paid(pledge))
        assert client.get(address).status_code == 404, "there is nothing to pay any more"

    @pytest.mark.parametrize("language", ["it", "en"])
    def test_every_letter_can_be_written(self, at, language):
        missed(at, 1)
        item = a_list().items.get()
        bring(
            Move(-2_500, e2e=item.end_to_end_id, ref="d", on=TODAY),
            Move(2_500, e2e=item.end_to_end_id, ref="c", back="AC01", on=TODAY),
        )
        other = promise(world.campaign(), amount_cents=2_500)
        bring(paid(other, 3_000), paid(other, 500))
        from payments.bank.services.excess import answer_excess
        from payments.bank.services.pledges import cancel_transfer_pledge, change_account_back

        answer_excess(
            excess=Excess.objects.first(), agree=True, by=None, now=NOW, token=link_token(other, EXCESS),
            consent_version="transfer-2026-11",
        )  # fmt: skip
        change_account_back(
            pledge=other, iban=BO, holder="B", by=None, token=link_token(other, MANAGE), now=NOW
        )
        cancel_transfer_pledge(pledge=other, by=None, token=link_token(other, MANAGE), now=NOW)
        events = {"promised", "received", "excess", "counted", "bounced", "account_changed", "cancelled"}
        assert {f"transfer_{event}" for event in events} <= set(
            Notice.objects.values_list("event", flat=True)
        )
        for notice in Notice.objects.filter(event__startswith="transfer_"):
            notice.language = language
            render(notice)
            assert notice.subject
            assert "%(" not in notice.text
            assert "{{" not in notice.html


class TestTheOffice:
    def upload(self, client: Client, content: bytes) -> Any:
        file = SimpleUploadedFile("estratto.xml", content, content_type="application/xml")
        return client.post(at_page("bank_import"), {"file": file}, follow=True)

    def test_a_statement_is_imported_and_told(self):
        pledge = promise(world.campaign())
        client = staff_client(officer())
        assert client.get(at_page("bank_desk")).status_code == 200
        content = statement([paid(pledge), Move(700, text="?", name="Carla", on=TODAY)], from_on=TODAY)
        page = self.upload(client, content)
        for said in ("2 movimenti nuovi", "Per un sostegno 1 · 25,00", "Nessuno sa per che cosa 1 · 7,00"):
            assert said in text(page)
        assert "Nulla di nuovo" in text(self.upload(client, content))
        assert "estratto.xml" in text(page)
        desk = client.get(at_page("bank_desk"))
        assert "1 movimento aspetta" in text(desk)

    def test_a_bad_file_is_refused_with_its_reason(self):
        client = staff_client(officer())
        page = self.upload(client, statement([Move(2_500)], closing=2_000))
        assert page.status_code == 422
        assert "una differenza di -5,00" in text(page)
        assert "non è un XML completo" in text(self.upload(client, b"Data;Importo"))
        assert "supera 10 MB" in text(self.upload(client, b" " * (10 * 2**20 + 1)))
        assert client.post(at_page("bank_import")).status_code == 422
        assert not BankStatement.objects.exists()

    def test_a_gap_is_shown(self):
        bring(Move(100, on=TODAY))
        later = bring(Move(100, on=TODAY + dt.timedelta(days=3)), opening=500).statements[0]
        page = staff_client(officer()).get(at_page("bank_statement", later.pk))
        assert "Manca qualcosa prima" in text(page)

    def test_one_proposes_from_the_queue_and_another_approves(self):
        pledge = promise(world.campaign())
        bring(Move(2_500, name="Lovelace", text="orto", on=TODAY))
        one, two = staff_client(officer()), staff_client(approver())
        queue = one.get(at_page("bank_lines"))
        assert "un nome simile" in text(queue)
        [goal] = re.findall(r'name="goal" value="([^"]+)"', queue.content.decode())
        address = at_page("bank_line", line().pk)
        assert "è proposto" in text(one.post(address, {"goal": goal}, follow=True))
        assert "Aspetta un approvatore" in text(one.get(address))
        assert "Una proposta aspetta" in text(one.get(at_page("bank_lines")))
        match = LineMatch.objects.get()
        assert one.post(at_page("bank_match", match.pk), {"approve": "1"}).status_code == 403
        assert "Approva" in text(two.get(address))
        two.post(at_page("bank_match", match.pk), {"reject": "1", "why": "no"})
        assert "Respint" in text(one.get(address))
        one.post(address, {"reference": pledge.transfer.reference})
        page = two.post(at_page("bank_match", LineMatch.objects.first().pk), {"approve": "1"}, follow=True)
        assert "Il movimento ha il suo posto" in text(page)
        pledge.refresh_from_db()
        assert pledge.status == PledgeStatus.RECEIVED

    def test_what_is_wrong_in_a_proposal_is_said(self):
        bring(Move(2_500, on=TODAY))
        client = staff_client(officer())
        address = at_page("bank_line", line().pk)
        for wrong, said in [({}, "Scegli che cos'è"), ({"reference": "RF00"}, "Nessun sostegno ha questo")]:
            answer = client.post(address, wrong)
            assert (answer.status_code, said in text(answer)) == (422, True)

    def test_a_line_is_sent_back_to_an_account_that_an_officer_gives(self):
        bring(Move(700, name="", iban="", on=TODAY))
        client = staff_client(officer())
        row = line()
        assert "la banca non lo dice" in text(client.get(at_page("bank_line", row.pk)))
        assert client.post(at_page("bank_line_return", row.pk), {"why": ""}).status_code == 422
        client.post(at_page("bank_line_return", row.pk), {"why": "non è per noi"})
        assert "nessuna banca lo accetterebbe" in text(client.get(at_page("bank_lists")))
        assert (
            client.post(at_page("bank_line_account", row.pk), {"iban": "x", "holder": "C"}).status_code == 422
        )
        client.post(at_page("bank_line_account", row.pk), {"iban": BO, "holder": "Carla"})
        assert "Carla" in text(client.get(at_page("bank_lists")))

    def test_a_list_goes_its_way(self, at):
        missed(at)
        one, two = staff_client(officer()), staff_client(approver())
        page = one.post(at_page("bank_lists"), follow=True)
        made = CreditList.objects.get()
        address = at_page("bank_list", made.pk)
        assert "Proponi la distinta" in text(page)
        first = made.items.first()
        one.post(at_page("bank_item", first.pk), {"drop": "1"})
        one.post(address, {"propose": "1"})
        assert one.post(address, {"approve": "1"}).status_code == 403
        assert two.post(address, {"reject": "1", "why": ""}).status_code == 422
        assert one.get(at_page("bank_list_file", made.pk)).status_code == 404
        two.post(address, {"approve": "1"})
        page = one.post(address, {"export": "1"}, follow=True)
        assert "Scarica il file" in text(page)
        file = one.get(at_page("bank_list_file", made.pk))
        assert (file["Content-Type"], b"pain.001.001.09" in file.content) == ("application/xml", True)
        assert f"{made.message_id}.xml" in file["Content-Disposition"]
        one.post(at_page("bank_item", made.items.last().pk), {"fail": "1", "why": "conto chiuso"})
        made.refresh_from_db()
        assert made.status == ListStatus.CLOSED
        assert "Conclusa" in text(one.get(address))

    def test_auditors_read_and_others_see_nothing(self):
        bring(Move(700, on=TODAY))
        auditor, nobody = staff_client(world.staff(Role.AUDITOR)), Client()
        person = Client()
        person.force_login(world.person())
        pages = [
            ("bank_desk", ()),
            ("bank_lines", ()),
            ("bank_line", (line().pk,)),
            ("bank_statement", (BankStatement.objects.get().pk,)),
            ("bank_lists", ()),
        ]
        for name, args in pages:
            assert auditor.get(at_page(name, *args)).status_code == 200, name
            assert auditor.get(at_page(name, *args, language="en")).status_code == 200, name
            assert person.get(at_page(name, *args)).status_code == 403, name
            assert nobody.get(at_page(name, *args)).status_code == 302, name
        assert auditor.get(at_page("bank_import")).status_code == 403
        assert auditor.post(at_page("bank_lists")).status_code == 403
        assert auditor.post(at_page("bank_line", line().pk), {"goal": "own_funds"}).status_code == 403
        assert BankLine.objects.get().status == "unmatched"

    def test_empty_and_off_are_said(self, settings):
        client = staff_client(officer())
        assert "Ancora nessun estratto conto" in text(client.get(at_page("bank_desk")))
        assert "Ogni movimento ha il suo posto" in text(client.get(at_page("bank_lines")))
        assert "Ora non deve uscire nulla" in text(client.get(at_page("bank_lists")))
        assert "Ora non deve uscire nulla" in text(client.post(at_page("bank_lists"), follow=True))
        settings.BANK_ACCOUNT_IBAN = ""
        assert "sostegni con bonifico sono spenti" in text(client.get(at_page("bank_desk")))

    def test_the_desk_says_which_campaign_waits(self, at):
        campaign = world.campaign()
        promise(campaign)
        Campaign.objects.update(status=CampaignStatus.CLOSING)
        at(DEADLINE)
        page = staff_client(officer()).get(at_page("bank_desk"))
        assert "aspetta l'estratto conto" in text(page)
        assert ADA not in text(page)
