from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.reconciliation.api import reconciliation as api
from payments.reconciliation.views import pages

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path(_("officer/reconciliation/"), pages.reconciliation, name="reconciliation"),
    path(_("officer/reconciliation/history/"), pages.difference_history, name="difference_history"),
    path(_("officer/reconciliation/<int:pk>/"), pages.difference, name="difference"),
]
api_urlpatterns: list[URLPattern] = [
    path("reconciliations/", api.RunsView.as_view(), name="api_reconciliations"),
    path("differences/", api.DifferencesView.as_view(), name="api_differences"),
    path("differences/<int:pk>/resolve/", api.difference_resolve_view, name="api_difference_resolve"),
    path("differences/<int:pk>/accept/", api.difference_accept_view, name="api_difference_accept"),
    path("difference-acceptances/", api.AcceptancesView.as_view(), name="api_difference_acceptances"),
    *api.decisions,
]
