from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.matching.api import acts as acts_api
from payments.matching.api import funds as funds_api
from payments.matching.api import reads as reads_api
from payments.matching.api import rounds as rounds_api
from payments.matching.views import acts, funds, ladder, open_data, rounds

urlpatterns = [
    path(_("open-data/"), open_data.open_data, name="open_data"),
    path(_("open-data/ledger.csv"), open_data.ledger_csv, name="ledger_csv"),
    path(_("open-data/calls/<slug:slug>/"), open_data.open_data_call, name="open_data_call"),
    path(_("open-data/calls/<slug:slug>/export.zip"), open_data.call_export, name="call_export"),
    path(_("rounds/<slug:slug>/"), rounds.match_rounds, name="match_rounds"),
    path(_("officer/rounds/<slug:slug>/start/"), rounds.round_start, name="round_start"),
    path(_("officer/funds/"), funds.funds, name="funds"),
    path(_("officer/funds/<int:pk>/"), funds.fund, name="fund"),
    path(_("officer/calls/<slug:slug>/sponsors/new/"), funds.sponsor_fund, name="sponsor_fund"),
    path(_("officer/fund-changes/<int:pk>/"), funds.fund_change, name="fund_change"),
    path(_("officer/commitments/<slug:slug>/"), acts.commitment, name="commitment"),
    path(_("officer/acts/<int:pk>/confirm/"), acts.commitment_confirm, name="commitment_confirm"),
    path(_("officer/programmes/<slug:slug>/opening/"), ladder.ladder_open, name="ladder_open"),
]
api_urlpatterns = [
    path("programmes/<slug:slug>/ladder/", reads_api.programme_ladder_view, name="api_programme_ladder"),
    path("campaigns/<slug:slug>/match/", reads_api.campaign_match_view, name="api_campaign_match"),
    path("calls/<slug:slug>/rounds/", rounds_api.rounds_view, name="api_rounds"),
    path("funds/<int:pk>/", funds_api.fund_view, name="api_fund"),
    path("funds/<int:pk>/close/", funds_api.fund_close_view, name="api_fund_close"),
    path("calls/<slug:slug>/funds/", funds_api.CallFundsView.as_view(), name="api_call_funds"),
    path("fund-changes/", funds_api.FundChangesView.as_view(), name="api_fund_changes"),
    path(
        "fund-changes/<int:pk>/approve/", funds_api.fund_change_approve_view, name="api_fund_change_approve"
    ),
    path("fund-changes/<int:pk>/reject/", funds_api.fund_change_reject_view, name="api_fund_change_reject"),
    path("campaigns/<slug:slug>/commitment/", acts_api.commitment_view, name="api_commitment"),
    path("commitments/<int:pk>/confirm/", acts_api.commitment_confirm_view, name="api_commitment_confirm"),
]
