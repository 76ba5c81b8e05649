"""After the money: what shows that a milestone was reached, a report that was accepted, and one that is late."""

from __future__ import annotations

import datetime as dt
import io
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from campaigns.models import BudgetLine, Milestone
from campaigns.reporting.models import SpendingReport
from campaigns.reporting.services.changes import agree_change, ask_change
from campaigns.reporting.services.items import Expense, add_item, attach_receipt, lines_to_report
from campaigns.reporting.services.milestones import add_evidence
from campaigns.reporting.services.reports import submit_report, write_note
from campaigns.reporting.services.reviews import accept_report, review_item
from crowdfund.management.city.before import owner
from crowdfund.management.city.walk import HERE

if TYPE_CHECKING:
    from crowdfund.management.city.walk import Walk

SUPPLIERS = ("Ferramenta Barona", "Cicli Navigli", "Tipografia Sant'Ambrogio", "Vernici e Colori")
NOT_OURS = "Documento intestato a un'altra associazione"


def show(walk: Walk, entry: dict[str, Any], milestone: Milestone, now: dt.datetime) -> None:
    """Add a photo to a milestone that is about to be reported."""
    picture = HERE / "pictures" / f"{entry['key']}.webp"
    add_evidence(
        milestone=milestone,
        kind="photo",
        file=ContentFile(picture.read_bytes(), name="foto.webp"),
        text=f"I lavori alla tappa: {milestone.title.lower()}",
        consent=True,
        by=owner(walk, entry),
        now=now,
    )


def _receipt(number: str) -> ContentFile[bytes]:
    """Draw a receipt that says that it is none."""
    out = io.BytesIO()
    picture = Image.new("RGB", (320, 200), "#fffdf5")
    ImageDraw.Draw(picture).text((20, 80), f"Ricevuta di prova {number}", fill="#333333")
    picture.save(out, "PNG")
    return ContentFile(out.getvalue(), name=f"{number}.png")


def _spend(walk: Walk, report: SpendingReport, n: int, line: BudgetLine, now: dt.datetime) -> None:
    by, on = walk.people["pedali_conti"], (now - dt.timedelta(days=20 - n)).date()
    expense = Expense(
        line=line,
        dated_on=on,
        supplier=SUPPLIERS[n % len(SUPPLIERS)],
        what=f"Acquisto per {line.label.lower()}",
        amount_cents=line.amount_cents * (38 + 7 * n) // 100,
        document_number=f"{100 + n}/{on.year}",
        paid_on=on,
    )
    item = add_item(report=report, expense=expense, by=by, now=now)
    attach_receipt(item=item, file=_receipt(expense.document_number), by=by, now=now)


def hand_in(walk: Walk, entry: dict[str, Any], title: str, now: dt.datetime) -> None:
    """Report what was spent up to a milestone: an expense on each of the first lines of the budget."""
    campaign, by = walk.campaigns[entry["key"]], walk.people["pedali_conti"]
    report = SpendingReport.objects.get(campaign=campaign, milestone__title=title)
    for n, line in enumerate(lines_to_report(campaign.pk)[:4]):
        _spend(walk, report, n, line, now)
    write_note(
        report=report, note="Spese fino all'apertura; le ultime fatture arrivano dopo.", by=by, now=now
    )
    submit_report(report=report, by=by, now=now)


def examine(walk: Walk, entry: dict[str, Any], title: str, now: dt.datetime) -> None:
    """Find every expense eligible but the last, and accept the report."""
    campaign, by = walk.campaigns[entry["key"]], walk.people["officer"]
    report = SpendingReport.objects.get(campaign=campaign, milestone__title=title)
    *good, last = report.items.select_related("report__campaign__project").order_by("pk")
    for item in good:
        review_item(item=item, eligible=True, by=by, now=now)
    review_item(item=last, eligible=False, reason=NOT_OURS, by=by, now=now)
    accept_report(report=report, by=by, now=now)


def move_step(walk: Walk, entry: dict[str, Any], title: str, until: float, now: dt.datetime) -> None:
    """Ask for another date of a milestone, `until` days from now, and agree to it."""
    milestone = Milestone.objects.get(campaign=walk.campaigns[entry["key"]], title=title)
    change = ask_change(
        milestone=milestone,
        due_on=(now + dt.timedelta(days=until)).date(),
        reason="Il permesso per l'officina mobile è arrivato in ritardo.",
        by=owner(walk, entry),
        now=now,
    )
    agree_change(change=change, by=walk.people["officer"], now=now)


def schedule_reports(walk: Walk, entry: dict[str, Any]) -> None:
    """Put a report that is accepted into the agenda, and one that is ten days late today."""
    walk.on(-590, partial(hand_in, walk, entry, "Apertura"))
    walk.on(-580, partial(examine, walk, entry, "Apertura"))
    walk.on(-420, lambda now: move_step(walk, entry, "Primo anno di attività", 380, now))
