from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.forms import tell
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import HttpRequest, QueryDict


def done(form: forms.Form, deed: Callable[[], object]) -> bool:
    """Do the deed of a valid form; a refusal is shown in the form."""
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


def posted(request: HttpRequest) -> QueryDict | None:
    """Give what was sent, however little; None when nothing was, so that the form is shown empty."""
    return request.POST if request.method == "POST" else None
