from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.cash.api import closings as closings_api
from payments.cash.api import desks as desks_api
from payments.cash.api import receipts as receipts_api
from payments.cash.views import closings, counter, officer, returns

if TYPE_CHECKING:
    from django.urls import URLPattern

# The counter
counter_urlpatterns = [
    path(_("cash/"), counter.cash_desks, name="cash_desks"),
    path(_("cash/<int:pk>/"), counter.cash_till, name="cash_till"),
    path(_("cash/<int:pk>/take/"), counter.cash_take, name="cash_take"),
    path(_("cash/<int:pk>/close/"), closings.cash_close, name="cash_close"),
    path(_("cash/<int:pk>/returns/"), returns.cash_returns, name="cash_returns"),
    path(_("cash/<int:pk>/returns/<int:refund_pk>/"), returns.cash_return, name="cash_return"),
    path(
        _("cash/<int:pk>/returns/<int:refund_pk>/transfer/"),
        returns.cash_return_transfer,
        name="cash_return_transfer",
    ),
    path(_("cash/receipts/<int:pk>/"), counter.cash_receipt, name="cash_receipt"),
    path(_("cash/receipts/<int:pk>/cancel/"), counter.cash_receipt_cancel, name="cash_receipt_cancel"),
    path(_("cash/receipts/<int:pk>/withdraw/"), counter.cash_receipt_withdraw, name="cash_receipt_withdraw"),
    path(_("cash/closings/<int:pk>/"), closings.cash_closing, name="cash_closing"),
    path(_("cash/my-receipt/<str:token>/"), returns.cash_receipt_donor, name="cash_receipt_donor"),
]

# The officers
officer_urlpatterns = [
    path(_("officer/cash/"), officer.cash_officer, name="cash_officer"),
    path(_("officer/cash/new/"), officer.cash_desk_new, name="cash_desk_new"),
    path(_("officer/cash/<int:pk>/"), officer.cash_desk_officer, name="cash_desk_officer"),
    path(_("officer/cash/<int:pk>/people/"), officer.cash_operator_add, name="cash_operator_add"),
    path(_("officer/cash/people/<int:pk>/end/"), officer.cash_operator_end, name="cash_operator_end"),
]

urlpatterns: list[URLPattern] = [*counter_urlpatterns, *officer_urlpatterns]
api_urlpatterns: list[URLPattern] = [
    path("cash-desks/", desks_api.DesksView.as_view(), name="api_cash_desks"),
    path("cash-desks/<int:pk>/", desks_api.DeskView.as_view(), name="api_cash_desk"),
    path("cash-desks/<int:pk>/operators/", desks_api.OperatorsView.as_view(), name="api_desk_operators"),
    path("desk-operators/<int:pk>/", desks_api.OperatorView.as_view(), name="api_desk_operator"),
    path("cash-desks/<int:pk>/receipts/", receipts_api.ReceiptsView.as_view(), name="api_desk_receipts"),
    path("desk-receipts/<int:pk>/cancel/", receipts_api.CancelView.as_view(), name="api_desk_receipt_cancel"),
    path(
        "desk-receipts/<int:pk>/withdraw/",
        receipts_api.WithdrawView.as_view(),
        name="api_desk_receipt_withdraw",
    ),
    path("cash-desks/<int:pk>/returns/", receipts_api.ReturnsView.as_view(), name="api_desk_returns"),
    path("cash-desks/<int:pk>/closings/", closings_api.ClosingsView.as_view(), name="api_desk_closings"),
    path(
        "desk-closings/<int:pk>/countersign/",
        closings_api.closing_countersign_view,
        name="api_closing_countersign",
    ),
    path("desk-closings/<int:pk>/reject/", closings_api.closing_reject_view, name="api_closing_reject"),
    path("desk-closings/<int:pk>/send/", closings_api.closing_send_view, name="api_closing_send"),
    path("desk-closings/<int:pk>/bank/", closings_api.closing_bank_view, name="api_closing_bank"),
]
