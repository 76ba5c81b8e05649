from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import path

from campaigns.views.components import components
from campaigns.views.home import home

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns = [path("", home, name="home")]
if settings.DEBUG:
    urlpatterns.append(path("dev/components/", components, name="dev_components"))
api_urlpatterns: list[URLPattern] = []
