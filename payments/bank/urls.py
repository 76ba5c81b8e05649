from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.bank.api import lines as lines_api
from payments.bank.api import lists as lists_api
from payments.bank.api import opening as opening_api
from payments.bank.api import pledges as pledges_api
from payments.bank.views import backer, lines, lists, office, opening

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    path(_("campaigns/<slug:slug>/pledge/transfer/"), backer.transfer_new, name="transfer_new"),
    path(_("pledges/transfer/<str:token>/"), backer.transfer_show, name="transfer_show"),
    path(_("pledges/transfer/<str:token>/sheet.pdf"), backer.transfer_sheet, name="transfer_pdf"),
    path(_("pledges/transfer/<str:token>/code.png"), backer.transfer_qr, name="transfer_qr"),
    path(_("pledges/transfer/<str:token>/cancel/"), backer.transfer_cancel, name="transfer_cancel"),
    path(_("pledges/transfer/<str:token>/account/"), backer.transfer_account, name="transfer_account"),
    path(_("pledges/transfer-besides/<str:token>/"), backer.transfer_excess, name="transfer_excess"),
    path(_("officer/bank/"), office.bank_desk, name="bank_desk"),
    path(_("officer/bank/import/"), office.bank_import, name="bank_import"),
    path(_("officer/bank/statements/<int:pk>/"), office.bank_statement, name="bank_statement"),
    path(_("officer/bank/opening/"), opening.bank_openings, name="bank_openings"),
    path(_("officer/bank/opening/<int:pk>/"), opening.bank_opening, name="bank_opening"),
    path(_("officer/bank/lines/"), lines.bank_lines, name="bank_lines"),
    path(_("officer/bank/lines/<int:pk>/"), lines.bank_line, name="bank_line"),
    path(_("officer/bank/lines/<int:pk>/return/"), lines.bank_line_return, name="bank_line_return"),
    path(_("officer/bank/lines/<int:pk>/account/"), lines.bank_line_account, name="bank_line_account"),
    path(_("officer/bank/matches/<int:pk>/"), lines.bank_match, name="bank_match"),
    path(_("officer/bank/lists/"), lists.bank_lists, name="bank_lists"),
    path(_("officer/bank/lists/<int:pk>/"), lists.bank_list, name="bank_list"),
    path(_("officer/bank/lists/<int:pk>/file/"), lists.bank_list_file, name="bank_list_file"),
    path(_("officer/bank/items/<int:pk>/"), lists.bank_item, name="bank_item"),
]
api_urlpatterns: list[URLPattern] = [
    path("transfers/", pledges_api.TransfersView.as_view(), name="api_transfers"),
    path("transfers/<uuid:public_id>/", pledges_api.TransferView.as_view(), name="api_transfer"),
    path(
        "transfers/<uuid:public_id>/account/", pledges_api.transfer_account_view, name="api_transfer_account"
    ),
    path(
        "transfers/<uuid:public_id>/excesses/<int:pk>/",
        pledges_api.transfer_excess_view,
        name="api_transfer_excess",
    ),
    path(
        "campaigns/<slug:slug>/transfer-terms/",
        pledges_api.transfer_terms_view,
        name="api_campaign_transfer_terms",
    ),
    path("bank/statements/", lines_api.StatementsView.as_view(), name="api_bank_statements"),
    path("bank/lines/", lines_api.LinesView.as_view(), name="api_bank_lines"),
    path("bank/lines/<int:pk>/matches/", lines_api.MatchView.as_view(), name="api_bank_match"),
    path("bank/lines/<int:pk>/return/", lines_api.ReturnView.as_view(), name="api_bank_line_return"),
    path("bank/lines/<int:pk>/account/", lines_api.AccountView.as_view(), name="api_bank_line_account"),
    path("bank/matches/<int:pk>/approve/", lines_api.ApproveView.as_view(), name="api_bank_match_approve"),
    path("bank/matches/<int:pk>/reject/", lines_api.RejectView.as_view(), name="api_bank_match_reject"),
    *opening_api.routes,
    path("bank/lists/", lists_api.ListsView.as_view(), name="api_bank_lists"),
    path("bank/lists/<int:pk>/", lists_api.ListView.as_view(), name="api_bank_list"),
    path("bank/lists/<int:pk>/file/", lists_api.FileView.as_view(), name="api_bank_list_file"),
    path("bank/lists/<int:pk>/<str:step>/", lists_api.StepView.as_view(), name="api_bank_list_step"),
    path("bank/items/<int:pk>/drop/", lists_api.DropView.as_view(), name="api_bank_item_drop"),
    path("bank/items/<int:pk>/fail/", lists_api.FailView.as_view(), name="api_bank_item_fail"),
]
