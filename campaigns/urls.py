from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from campaigns.views.home import home

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns = [path("", home, name="home")]
api_urlpatterns: list[URLPattern] = []
