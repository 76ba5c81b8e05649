from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.matching import api, views

urlpatterns = [
    path(_("open-data/"), views.open_data, name="open_data"),
    path(_("open-data/ledger.csv"), views.ledger_csv, name="ledger_csv"),
    path(_("officer/funds/"), views.funds, name="funds"),
    path(_("officer/funds/<int:pk>/"), views.fund, name="fund"),
    path(_("officer/commitments/<slug:slug>/"), views.commitment, name="commitment"),
    path(_("officer/acts/<int:pk>/confirm/"), views.commitment_confirm, name="commitment_confirm"),
    path(_("officer/programmes/<slug:slug>/opening/"), views.ladder_open, name="ladder_open"),
]
api_urlpatterns = [
    path("programmes/<slug:slug>/ladder/", api.programme_ladder_view, name="api_programme_ladder"),
    path("campaigns/<slug:slug>/match/", api.campaign_match_view, name="api_campaign_match"),
    path("funds/<int:pk>/", api.fund_view, name="api_fund"),
    path("campaigns/<slug:slug>/commitment/", api.commitment_view, name="api_commitment"),
    path("commitments/<int:pk>/confirm/", api.commitment_confirm_view, name="api_commitment_confirm"),
]
