"""Rows of the table of permissions: contracts and their movements, pictures and documents of programmes and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from campaigns.calls.services import gallery
from payments.spending import services as spending
from tests import world
from tests.campaigns import calling
from tests.payments.spending_rows import money, sheet
from tests.world import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

    Stage = Any

WORDS = {"alt": "Il cortile", "credit": "Lia", "consent": True}


def pdf() -> ContentFile[bytes]:
    return ContentFile(b"%PDF-1.7\n%%EOF", name="a.pdf")


def contract(stage: Stage, *, confirmed: bool = False) -> Any:
    made = spending.record_contract(programme=calling.programme(), sheet=sheet(), by=stage.officer, now=NOW)
    if confirmed:
        spending.confirm_contract(contract=made, by=stage.approver, now=NOW)
    return made


def movement(stage: Stage, *, approved: bool = False) -> Any:
    made = spending.propose_movement(
        contract=contract(stage, confirmed=True), kind="mandate", sheet=money(), by=stage.officer, now=NOW
    )
    if approved:
        spending.approve_movement(movement=made, by=stage.approver, now=NOW)
    return made


def picture(stage: Stage) -> Any:
    return gallery.add_picture(
        owner=calling.programme(), file=world.picture(), by=stage.officer, now=NOW, **WORDS
    )


def document(stage: Stage) -> Any:
    return gallery.add_document(
        owner=calling.programme(), file=pdf(), title="Piano", dated_on=NOW.date(), by=stage.officer, now=NOW
    )


ROWS: dict[str, tuple[Callable[[Stage], Any], Callable[[Any, User], Any], set[str]]] = {
    "record_contract": (
        lambda s: calling.programme(),
        lambda p, by: spending.record_contract(programme=p, sheet=sheet(), by=by, now=NOW),
        {"officer"},
    ),
    "confirm_contract": (
        contract,
        lambda c, by: spending.confirm_contract(contract=c, by=by, now=NOW),
        {"approver"},
    ),
    "reject_contract": (
        contract,
        lambda c, by: spending.reject_contract(contract=c, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "attach_document": (
        contract,
        lambda c, by: spending.attach_document(contract=c, file=pdf(), title="Atto", by=by, now=NOW),
        {"officer"},
    ),
    "propose_movement": (
        lambda s: contract(s, confirmed=True),
        lambda c, by: spending.propose_movement(contract=c, kind="mandate", sheet=money(), by=by, now=NOW),
        {"officer"},
    ),
    "propose_annulment": (
        lambda s: contract(s, confirmed=True),
        lambda c, by: spending.propose_annulment(contract=c, why="r", by=by, now=NOW),
        {"officer"},
    ),
    "propose_correction": (
        lambda s: movement(s, approved=True),
        lambda m, by: spending.propose_correction(movement=m, why="r", by=by, now=NOW),
        {"officer"},
    ),
    "approve_movement": (
        movement,
        lambda m, by: spending.approve_movement(movement=m, by=by, now=NOW),
        {"approver"},
    ),
    "reject_movement": (
        movement,
        lambda m, by: spending.reject_movement(movement=m, why="r", by=by, now=NOW),
        {"approver"},
    ),
    "add_picture": (
        lambda s: calling.programme(),
        lambda p, by: gallery.add_picture(owner=p, file=world.picture(), by=by, now=NOW, **WORDS),
        {"officer"},
    ),
    "move_picture": (
        picture,
        lambda p, by: gallery.move_picture(picture=p, up=True, by=by, now=NOW),
        {"officer"},
    ),
    "remove_picture": (
        picture,
        lambda p, by: gallery.remove_picture(picture=p, by=by, now=NOW),
        {"officer"},
    ),
    "add_document": (
        lambda s: calling.programme(),
        lambda p, by: gallery.add_document(
            owner=p, file=pdf(), title="Piano", dated_on=NOW.date(), by=by, now=NOW
        ),
        {"officer"},
    ),
    "remove_document": (
        document,
        lambda d, by: gallery.remove_document(document=d, by=by, now=NOW),
        {"officer"},
    ),
}
