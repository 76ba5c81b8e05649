"""The ladder in words: its steps, and what a transfer of the ledger means to somebody who reads no ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from payments.spending.enums import Step
from payments.spending.selectors.subjects import subjects_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payments.ledger.models import LedgerTransfer
    from payments.matching.selectors import LadderFigures


def step_rows(figures: LadderFigures, url: str = "") -> list[dict[str, Any]]:
    """Return the four steps as the ladder component reads them, each leading to its history when `url` is given."""
    hints = {
        "programmed": _("set aside for this purpose"),
        "admitted": _("assigned to projects"),
        "bound": _("promised by contract or act"),
        "disbursed": _("really paid"),
    }
    return [
        {
            "label": Step(name).label,
            "hint": hints[name],
            "cents": cents,
            "url": f"{url}?figure={name}#movements" if url else "",
        }
        for name, cents in figures.steps()
    ]


def transfer_in_words(code: str, *, is_reversal: bool = False) -> str:
    """Say what a transfer of the book `budget` means; one of a code nobody has named yet says its code."""
    words = {
        "programme_programmed": _("Programmed: money set aside for the programme"),
        "programme_admitted": _("Admitted to funding"),
        "opening_bound": _("Legally bound before this ledger began"),
        "opening_disbursed": _("Disbursed before this ledger began"),
        "fund_opened": _("Pot of a call opened"),
        "topped_up": _("Pot topped up"),
        "fund_closed": _("What was free in a pot given back"),
        "match_reserved": _("Match reserved"),
        "match_released": _("Reserved match released"),
        "match_committed": _("Match bound by an act"),
        "match_economy": _("Bound match given back to the pot"),
        "match_disbursed": _("Tranche of the match paid"),
        "match_returned": _("Unspent match given back"),
        "contract_committed": _("Contract bound by an act"),
        "contract_paid": _("Mandate of a contract paid"),
        "contract_economy": _("Contract reduced: money back to the programme"),
    }
    said = words.get(code, code)
    return _("Correction: %(what)s") % {"what": said} if is_reversal else said


def movement_rows(transfers: Iterable[LedgerTransfer], before: int = 0) -> list[dict[str, Any]]:
    """Return transfers from `transfers_behind` as pages and the API show them, with what each is about.

    `running` goes on from `before` (cents): where the figure stood when the month began.
    """
    rows: list[Any] = list(transfers)  # each with what the query added: `change` and `running`
    subjects = subjects_of(rows)
    return [
        {
            "id": row.pk,
            "posted_at": row.posted_at,
            "code": row.code,
            "text": transfer_in_words(row.code, is_reversal=row.reverses_id is not None),
            "subject": subjects.get(row.pk),
            "debit": row.debit_id,
            "credit": row.credit_id,
            "amount_cents": row.amount_cents,
            "change_cents": int(row.change),
            "running_cents": before + int(row.running),
            "reference": row.reference,
            "reverses": row.reverses_id,
            "reversed_by": getattr(getattr(row, "reversal", None), "pk", None),
        }
        for row in rows
    ]
