"""What a programme spends beside matches, and the pictures and documents of its sheet."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from campaigns.calls.models import Programme
from campaigns.calls.services.gallery import add_document, add_picture
from crowdfund.management.city.walk import HERE
from payments.spending.models import Contract
from payments.spending.services import (
    ContractSheet,
    MovementSheet,
    approve_movement,
    attach_document,
    confirm_contract,
    propose_movement,
    record_contract,
)

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk

PUBLISHED = "MI3.3.1.d"
PICTURES = (
    ("orto", "Disegno di un orto di quartiere: cassette di verdure tra i palazzi, persone che annaffiano"),
    ("cucina", "Disegno di una cucina comune: una lunga tavola apparecchiata e due persone ai fornelli"),
    (
        "ciclofficina",
        "Disegno di una ciclofficina: biciclette appese al muro e una ruota sul banco da lavoro",
    ),
)
PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def gallery(walk: Walk, now: dt.datetime) -> None:
    """Give the published programme three drawn pictures and a document."""
    officer, programme = walk.people["officer"], Programme.objects.get(code=PUBLISHED)
    for key, alt in PICTURES:
        file = ContentFile((HERE / "pictures" / f"{key}.webp").read_bytes(), name=f"{key}.webp")
        add_picture(
            owner=programme,
            file=file,
            alt=alt,
            credit="Disegno di Milano Insieme",
            consent=True,
            by=officer,
            now=now,
        )
    add_document(
        owner=programme,
        file=ContentFile(PAPER, name="scheda.pdf"),
        title="Scheda del progetto (copia dimostrativa, vuota)",
        dated_on=programme.starts_on,
        by=officer,
        now=now,
    )


def contracts(walk: Walk, now: dt.datetime) -> None:
    """Record two contracts of the second programme and confirm them."""
    officer, approver = walk.people["officer"], walk.people["approver"]
    common: dict[str, Any] = {
        "office": "Area Innovazione sociale",
        "responsible": officer.name,
        "act_on": now.date() - dt.timedelta(days=5),
        "legal_basis": "D.Lgs. 36/2023, art. 50",
        "procedure": "direct",
    }
    for sheet in (
        ContractSheet(
            kind="services",
            subject="Animazione territoriale nei quartieri del programma",
            beneficiary="Ponti e Piazze cooperativa sociale",
            tax_code="12345670017",
            cig="Z0A1B2C3D4",
            act_number="214",
            amount_cents=3_900_000,
            **common,
        ),
        ContractSheet(
            kind="hub",
            subject="Attrezzature della cucina dell'hub di Barona",
            beneficiary="Officine del Naviglio srl",
            tax_code="01234567897",
            cig="Z1B2C3D4E5",
            act_number="231",
            amount_cents=6_200_000,
            **common,
        ),
    ):
        made = record_contract(programme=walk.data["programme"], sheet=sheet, by=officer, now=now)
        attach_document(
            contract=made,
            file=ContentFile(PAPER, name="determina.pdf"),
            title="Determina di affidamento (copia dimostrativa, vuota)",
            by=officer,
            now=now,
        )
        confirm_contract(contract=made, by=approver, now=now)


def mandate(walk: Walk, now: dt.datetime) -> None:
    """Book the first mandate of the first contract."""
    contract = Contract.objects.get(cig="Z0A1B2C3D4")
    sheet = MovementSheet(number="1874", dated_on=now.date() - dt.timedelta(days=2), amount_cents=1_300_000)
    made = propose_movement(
        contract=contract, kind="mandate", sheet=sheet, by=walk.people["officer"], now=now
    )
    approve_movement(movement=made, by=walk.people["approver"], now=now)


def schedule(walk: Walk) -> None:
    """Put it into the agenda: pictures first, contracts in the first year, a mandate later."""
    walk.on(-799, partial(gallery, walk))
    walk.on(-500, partial(contracts, walk))
    walk.on(-420, partial(mandate, walk))
