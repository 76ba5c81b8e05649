"""Documents as PDF, and the page in its place on a machine that can't make one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import get_language

from crowdfund.kit.errors import Refused
from crowdfund.kit.pdf import pdf_of_html

if TYPE_CHECKING:
    from django.http import HttpRequest


def paper(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str, name: str, instead: str
) -> HttpResponse:
    """Answer with a PDF made from `template`; where none can be made, lead to the page `instead` and say so."""
    html = render_to_string(template, context)
    try:
        made = pdf_of_html(html, title=title, language=get_language() or "it")
    except Refused as refused:
        messages.warning(request, str(refused))
        return HttpResponseRedirect(instead)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
