"""The campaign's pages, for the tests of pages that link to them, until the room of campaigns has its own."""

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import path

from crowdfund.urls import urlpatterns as real


def page(request: HttpRequest, **_kwargs: str) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    *real,
    *i18n_patterns(
        path("stub/campaigns/", page, name="campaigns"),
        path("stub/campaigns/<slug:slug>/", page, name="campaign"),
        prefix_default_language=False,
    ),
]
