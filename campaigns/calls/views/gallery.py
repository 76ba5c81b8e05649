"""Pictures and documents of programmes and calls: the officer's page, and the download for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from campaigns.calls.forms.gallery import PictureForm, PublicDocumentForm
from campaigns.calls.forms.refusals import show_refusal
from campaigns.calls.models import Call, Programme, PublicDocument
from campaigns.calls.permissions import can_see_call, can_write_calls
from campaigns.calls.services import gallery
from campaigns.views.access import person
from crowdfund.kit import clock, files
from crowdfund.kit.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.http import FileResponse, HttpRequest, HttpResponse

OWNERS: dict[str, type[Programme | Call]] = {"programme": Programme, "call": Call}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gallery_edit(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Add pictures and documents, put pictures in order, take both away: one page for each programme and call."""
    require(can_write_calls(request.user))
    owner: Any = get_object_or_404(OWNERS[kind], slug=slug)
    asked = request.POST.get("do", "")
    picture_form = PictureForm(*_given(request, asked == "picture"), auto_id="picture_%s")
    document_form = PublicDocumentForm(*_given(request, asked == "document"), auto_id="document_%s")
    deeds: dict[str, Callable[[], bool]] = {
        "picture": lambda: _done(picture_form, gallery.add_picture, owner=owner, by=person(request)),
        "document": lambda: _done(document_form, gallery.add_document, owner=owner, by=person(request)),
    }
    if request.method == "POST":
        deed = deeds.get(asked) or (lambda: _rearranged(request, owner, asked))
        if deed():
            messages.success(request, _("Done."))
            return redirect(request.path)
    context = {
        "owner": owner,
        "pictures": owner.pictures.all(),
        "documents": owner.documents.all(),
        "picture_form": picture_form,
        "document_form": document_form,
    }
    wrong = picture_form.errors or document_form.errors
    return render(request, "campaigns/calls/gallery_form.html", context, status=422 if wrong else 200)


def _given(request: HttpRequest, mine: bool) -> tuple[Any, Any]:  # noqa: FBT001
    return (request.POST, request.FILES) if mine else (None, None)


def _done(form: forms.Form, deed: Callable[..., Any], **facts: Any) -> bool:
    """Do a deed with a valid form; False when the form must be shown again."""
    if not form.is_valid():
        return False
    try:
        deed(**form.cleaned_data, **facts, now=clock.now())
    except NotAllowed:
        raise
    except Refused as refused:
        show_refusal(form, refused)
        return False
    return True


def _rearranged(request: HttpRequest, owner: Any, asked: str) -> bool:
    """Move or take away what the button names; 404 for what is not this owner's."""
    deeds: dict[str, tuple[Any, Callable[..., None], dict[str, Any]]] = {
        "up": (owner.pictures, gallery.move_picture, {"up": True}),
        "down": (owner.pictures, gallery.move_picture, {"up": False}),
        "remove": (owner.pictures, gallery.remove_picture, {}),
        "remove_document": (owner.documents, gallery.remove_document, {}),
    }
    pk = request.POST.get("pk", "")
    if asked not in deeds or not pk.isdigit():
        raise Http404
    rows, deed, more = deeds[asked]
    name = "document" if asked == "remove_document" else "picture"
    deed(**{name: get_object_or_404(rows, pk=int(pk))}, **more, by=person(request), now=clock.now())
    return True


@require_safe
def public_document(request: HttpRequest, pk: int) -> FileResponse:
    """Download a document of a programme, or of a call that this person may see."""
    row = get_object_or_404(PublicDocument.objects.select_related("call"), pk=pk)
    if row.call is not None and not can_see_call(request.user, row.call):
        raise Http404
    return files.send_private(row.stored, name=row.name, kind=row.kind)
