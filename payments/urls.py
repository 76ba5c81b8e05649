from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.api import all_money as all_money_api
from payments.api import money as money_api
from payments.api import payees as payees_api
from payments.api import payouts as payouts_api
from payments.api import pledges as pledges_api
from payments.api.back_routes import routes as back_api_urlpatterns
from payments.api.match import urlpatterns as match_api_urlpatterns
from payments.api.unspent import routes as unspent_api_urlpatterns
from payments.views import (
    all_money,
    dispute_files,
    my_pledges,
    officer_disputes,
    officer_match,
    officer_money,
    officer_paid_back,
    officer_payouts,
    officer_receivables,
    officer_refunds,
    officer_reserve,
    officer_unspent,
    payees,
    pledge,
    recover,
    refund_ask,
    team_money,
    team_refunds,
)
from payments.webhooks.views import stripe_webhook

if TYPE_CHECKING:
    from django.urls import URLPattern

# The backer
backer_urlpatterns = [
    path(_("campaigns/<slug:slug>/pledge/"), pledge.pledge_new, name="pledge_new"),
    path(_("pledges/<uuid:public_id>/return/"), pledge.pledge_return, name="pledge_return"),
    path(_("pledges/thanks/<str:token>/"), pledge.pledge_thanks, name="pledge_thanks"),
    path(_("pledges/manage/<str:token>/"), pledge.pledge_manage, name="pledge_manage"),
    path(_("pledges/manage/<str:token>/card/"), pledge.pledge_card, name="pledge_card"),
    path(_("pledges/manage/<str:token>/cancel/"), pledge.pledge_cancel, name="pledge_cancel"),
    path(_("my-pledges/"), my_pledges.my_pledges, name="my_pledges"),
]
backer_api_urlpatterns = [
    path("pledges/", pledges_api.PledgesView.as_view(), name="api_pledges"),
    path("pledges/<uuid:public_id>/", pledges_api.PledgeView.as_view(), name="api_pledge"),
    path("pledges/<uuid:public_id>/card/", pledges_api.pledge_card_view, name="api_pledge_card"),
    path(
        "campaigns/<slug:slug>/pledges/",
        pledges_api.CampaignPledgesView.as_view(),
        name="api_campaign_pledges",
    ),
    path(
        "campaigns/<slug:slug>/pledge-terms/", pledges_api.pledge_terms_view, name="api_campaign_pledge_terms"
    ),
]

# The recovery of a charge, and a campaign's money
money_urlpatterns = [
    path(_("pledges/recover/<str:token>/"), recover.pledge_recover, name="pledge_recover"),
    path(_("pledges/recover/<str:token>/done/"), recover.pledge_recovered, name="pledge_recovered"),
    path(_("team/campaigns/<slug:slug>/money/"), team_money.campaign_money, name="campaign_money"),
    path(_("team/organisations/<slug:slug>/payouts/"), team_money.payout_account, name="payout_account"),
    path(_("officer/disbursements/"), officer_money.disbursements, name="disbursements"),
    path(_("officer/disbursements/<int:pk>/"), officer_money.disbursement, name="disbursement"),
    path(_("officer/disbursements/<int:pk>/mandate/"), officer_money.mandate, name="mandate"),
    path(
        _("officer/disbursements/<int:pk>/mandate/refused/"),
        officer_payouts.mandate_refused,
        name="mandate_refused",
    ),
    path(_("officer/disbursements/<int:pk>/receipt/"), officer_money.receipt, name="receipt"),
    path(_("officer/campaigns/<slug:slug>/money/"), officer_money.officer_money, name="officer_money"),
    path(_("officer/campaigns/<slug:slug>/match/"), officer_match.officer_match, name="officer_match"),
    path(_("officer/match-extensions/<int:pk>/"), officer_match.match_extension, name="match_extension"),
    path(_("officer/match-corrections/<int:pk>/"), officer_match.match_correction, name="match_correction"),
    path(
        _("officer/campaigns/<slug:slug>/disbursements/new/"),
        officer_money.disbursement_new,
        name="disbursement_new",
    ),
    path(_("officer/transfers/"), all_money.transfers, name="ledger_transfers"),
    path(_("officer/money/"), all_money.money, name="money"),
    path(_("officer/money.csv"), all_money.money_csv, name="money_csv"),
]
payout_urlpatterns = [
    path(_("team/organisations/<slug:slug>/iban/"), payees.payee_iban, name="payee_iban"),
    path(_("team/organisations/<slug:slug>/account/"), payees.payee_account, name="payee_account"),
    path(_("team/payees/<int:pk>/open/"), payees.payee_account_open, name="payee_account_open"),
    path(_("payees/stop/<str:token>/"), payees.payee_change_object, name="payee_change_object"),
    path(_("officer/payees/"), payees.payee_changes_list, name="payee_changes"),
    path(_("officer/payees/<int:pk>/"), payees.payee_change, name="payee_change"),
    path(
        _("officer/disbursements/<int:pk>/void/"), officer_payouts.disbursement_void, name="disbursement_void"
    ),
    path(_("officer/disbursements/<int:pk>/retry/"), officer_payouts.payout_retry, name="payout_retry"),
]
payout_api_urlpatterns = [
    path("campaigns/<slug:slug>/releasable/", payouts_api.ReleasableView.as_view(), name="api_releasable"),
    path("disbursements/<int:pk>/void/", payouts_api.VoidView.as_view(), name="api_disbursement_void"),
    path("disbursements/<int:pk>/retry/", payouts_api.RetryView.as_view(), name="api_payout_retry"),
    path("disbursements/<int:pk>/mandate/", payouts_api.MandateView.as_view(), name="api_mandate"),
    path(
        "disbursements/<int:pk>/mandate/refused/",
        payouts_api.MandateRefusedView.as_view(),
        name="api_mandate_refused",
    ),
    path("disbursements/<int:pk>/receipt/", payouts_api.ReceiptView.as_view(), name="api_receipt"),
    path("payee-changes/", payees_api.PayeeChangesView.as_view(), name="api_payee_changes"),
    path("payee-changes/<int:pk>/", payees_api.PayeeChangeView.as_view(), name="api_payee_change"),
    path("payee-changes/<int:pk>/propose/", payees_api.ProposeView.as_view(), name="api_payee_propose"),
    path("payee-changes/<int:pk>/approve/", payees_api.ApproveView.as_view(), name="api_payee_approve"),
    path("payee-changes/<int:pk>/reject/", payees_api.RejectView.as_view(), name="api_payee_reject"),
    path("payee-changes/<int:pk>/object/", payees_api.ObjectView.as_view(), name="api_payee_object"),
]
money_api_urlpatterns = [
    *match_api_urlpatterns,
    path("campaigns/<slug:slug>/money/", money_api.CampaignMoneyView.as_view(), name="api_campaign_money"),
    path("money/", all_money_api.AllMoneyView.as_view(), name="api_money"),
    path("disbursements/", money_api.DisbursementsView.as_view(), name="api_disbursements"),
    path("disbursements/<int:pk>/approve/", money_api.ApproveView.as_view(), name="api_disbursement_approve"),
    path("disbursements/<int:pk>/reject/", money_api.RejectView.as_view(), name="api_disbursement_reject"),
]

# Money that goes back: refunds, disputes, debts, the platform's own money
back_urlpatterns = [
    path(_("pledges/manage/<str:token>/refund/"), refund_ask.refund_ask, name="refund_ask"),
    path(_("team/campaigns/<slug:slug>/refunds/"), team_refunds.campaign_refunds, name="campaign_refunds"),
    path(_("team/disputes/<int:pk>/"), officer_disputes.team_dispute, name="team_dispute"),
    path(_("officer/refunds/"), officer_refunds.refunds, name="refunds"),
    path(_("officer/refunds/<int:pk>/"), officer_paid_back.refund, name="refund"),
    path(_("officer/pledges/<uuid:public_id>/refund/"), officer_refunds.refund_new, name="refund_new"),
    path(_("officer/refund-decisions/<int:pk>/"), officer_refunds.refund_decision, name="refund_decision"),
    path(_("officer/refund-requests/<int:pk>/"), officer_refunds.refund_request, name="refund_request"),
    path(_("officer/refunds-another-way/<int:pk>/"), officer_paid_back.other_way, name="other_way"),
    path(_("officer/reversals/<int:pk>/"), officer_paid_back.reversal, name="reversal"),
    path(_("disputes/files/<int:pk>/"), dispute_files.dispute_file, name="dispute_file"),
    path(_("officer/disputes/"), officer_disputes.disputes, name="disputes"),
    path(_("officer/disputes/<int:pk>/"), officer_disputes.dispute, name="dispute"),
    path(_("officer/receivables/"), officer_receivables.receivables, name="receivables"),
    path(_("officer/receivables/<int:pk>/"), officer_receivables.receivable, name="receivable"),
    path(
        _("officer/receivable-closings/<int:pk>/"),
        officer_receivables.receivable_closing,
        name="receivable_closing",
    ),
    path(_("officer/reserve/"), officer_reserve.reserve, name="reserve"),
    path(_("officer/reserve/new/"), officer_reserve.advance_new, name="advance_new"),
    path(_("officer/reserve/<int:pk>/"), officer_reserve.advance, name="advance"),
]

# Money that was not spent
unspent_urlpatterns = [
    path(_("officer/campaigns/<slug:slug>/unspent/new/"), officer_unspent.unspent_new, name="unspent_new"),
    path(_("officer/unspent/<int:pk>/"), officer_unspent.unspent, name="unspent"),
    path(_("officer/match-returns/<int:pk>/"), officer_unspent.match_return, name="match_return"),
]

urlpatterns: list[URLPattern] = [
    *backer_urlpatterns,
    *money_urlpatterns,
    *payout_urlpatterns,
    *back_urlpatterns,
    *unspent_urlpatterns,
]
api_urlpatterns: list[URLPattern] = [
    *backer_api_urlpatterns,
    *money_api_urlpatterns,
    *payout_api_urlpatterns,
    *back_api_urlpatterns,
    *unspent_api_urlpatterns,
]
root_urlpatterns: list[URLPattern] = [path("webhooks/stripe/", stripe_webhook, name="stripe_webhook")]
