"""How the API shows grids, commissions, sheets, appeals and offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from campaigns.commission.selectors.progress import seats
from campaigns.commission.selectors.reads import rule_data

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import Serializer

    from campaigns.commission.models import Appeal, Commission, Evaluator, Grid, Offer, Sheet

S = TypeVar("S", bound="Serializer[Any]")


def checked(kind: type[S], request: Request) -> S:
    """Return what was sent, once it is of the right form."""
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return given


def grid_data(grid: Grid) -> dict[str, Any]:
    """Return a grid with its days."""
    names = ("appeal_days", "offer_days", "offers_until")
    return {**rule_data(grid), **{name: getattr(grid, name) for name in names}}


def seat_data(seat: Evaluator) -> dict[str, Any]:
    """Return a seat without a single point."""
    return {
        "id": seat.pk,
        "name": str(seat.user),
        "role": seat.role,
        "signed_at": seat.signed_at,
        "left_at": seat.left_at,
        **{name: getattr(seat, name) for name in ("closed", "opened", "conflicts") if hasattr(seat, name)},
    }


def commission_data(commission: Commission) -> dict[str, Any]:
    """Return a commission and how far everybody is, without a single point."""
    return {
        "id": commission.pk,
        "call": commission.call.slug,
        "session": commission.session.number if commission.session else None,
        "sheets_due_at": commission.sheets_due_at,
        "evaluators": [seat_data(seat) for seat in seats(commission)],
    }


def sheet_data(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet with its points: for those who may see it alone."""
    scores = sheet.scores.select_related("criterion").order_by("criterion__number")
    return {
        "id": sheet.pk,
        "application": sheet.application_id,
        "status": sheet.status,
        "conflict": sheet.conflict,
        "closed_at": sheet.closed_at,
        "marks": [
            {"criterion": one.criterion.number, "tenths": one.tenths, "reason": one.reason} for one in scores
        ],
    }


def appeal_data(appeal: Appeal) -> dict[str, Any]:
    """Return an appeal and its answer."""
    names = ("id", "text", "status", "filed_at", "answer", "answered_at")
    return {"application": appeal.application_id, **{name: getattr(appeal, name) for name in names}}


def offer_data(offer: Offer) -> dict[str, Any]:
    """Return an offer."""
    names = ("id", "status", "offered_at", "answer_until", "answered_at")
    return {"application": offer.application_id, **{name: getattr(offer, name) for name in names}}
