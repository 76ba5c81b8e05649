"""Show what a service refused: at the field it names, else above the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowdfund.kit.errors import Several

if TYPE_CHECKING:
    from django.forms import BaseForm

    from crowdfund.kit.errors import Refused


def show_refusal(form: BaseForm, refused: Refused) -> None:
    """Add a refusal, or each of several, to a bound form."""
    problems = refused.problems if isinstance(refused, Several) else (refused,)
    for problem in problems:
        field = problem.field if problem.field in form.fields else None
        form.add_error(field, str(problem))
