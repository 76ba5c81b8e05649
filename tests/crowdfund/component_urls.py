"""The project's addresses and the page of components, which the project itself mounts only when DEBUG is on."""

from django.urls import path

from campaigns.views.components import components
from crowdfund.urls import urlpatterns as ours

urlpatterns = [
    path("dev/components/", components, name="components"),
    path("dev/how/", components, name="how"),  # so that the menu has an entry, whatever else exists
    *ours,
]
