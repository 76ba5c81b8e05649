"""What the pages of cash share: a deed of a valid form, done or shown as refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.forms import tell
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms


def done(form: forms.BaseForm, deed: Callable[[], object]) -> bool:
    """Do the deed of a valid form; a refusal is shown in the form, at its field."""
    if not form.is_valid():
        return False
    try:
        deed()
    except NotAllowed:
        raise
    except Refused as refused:
        tell(form, refused)
        return False
    return True
