"""From a form to a service: what the service refuses is shown at the field it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import BaseForm


def served(form: BaseForm, deed: Callable[[], object]) -> bool:
    """Do the deed and return True; when it is refused, say so on the form and return False.

    `NotAllowed` passes: that is no slip of the pen.
    """
    try:
        deed()
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True
