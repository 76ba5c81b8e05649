from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.receipts.api import views as api
from payments.receipts.views import backer, document, office, team

if TYPE_CHECKING:
    from django.urls import URLPattern

backer_urlpatterns = [
    path(_("receipts/"), backer.my_receipts, name="my_receipts"),
    path(_("receipts/<int:year>/"), backer.my_summary, name="my_summary"),
    path(_("receipts/<int:year>/pdf/"), backer.my_summary_pdf, name="my_summary_pdf"),
    path(_("receipts/year/<str:token>/"), backer.summary_by_link, name="summary_by_link"),
    path(_("receipts/year/<str:token>/pdf/"), backer.summary_pdf_by_link, name="summary_pdf_by_link"),
    path(_("receipts/of/<str:token>/"), backer.receipts_by_link, name="receipts_by_link"),
    path(_("receipts/of/<str:token>/summary/"), backer.summary_send, name="summary_send"),
    path(_("receipts/of/<str:token>/<uuid:public_id>/"), document.receipt, name="receipt_by_link"),
    path(
        _("receipts/of/<str:token>/<uuid:public_id>/pdf/"), document.receipt_pdf, name="receipt_pdf_by_link"
    ),
    path(
        _("receipts/of/<str:token>/<uuid:public_id>/proof/"),
        document.receipt_proof,
        name="receipt_proof_by_link",
    ),
    path(_("receipts/<uuid:public_id>/"), document.receipt, name="receipt"),
    path(_("receipts/<uuid:public_id>/pdf/"), document.receipt_pdf, name="receipt_pdf"),
    path(_("receipts/<uuid:public_id>/proof/"), document.receipt_proof, name="receipt_proof"),
]
team_urlpatterns = [
    path(
        _("team/organisations/<slug:slug>/receipts/"),
        team.organisation_receipts,
        name="organisation_receipts",
    ),
    path(
        _("team/organisations/<slug:slug>/receipts/<int:year>.csv"),
        team.organisation_receipts_csv,
        name="organisation_receipts_csv",
    ),
    path(
        _("team/organisations/<slug:slug>/receipts/text/"),
        team.organisation_text,
        name="organisation_receipt_text",
    ),
    path(_("team/receipts/requests/<int:pk>/"), team.correction_request, name="correction_request"),
    path(_("officer/receipts/"), office.office_receipts, name="office_receipts"),
    path(_("officer/receipts/texts/<int:pk>/"), office.receipt_text, name="receipt_text"),
]
urlpatterns: list[URLPattern] = [*backer_urlpatterns, *team_urlpatterns]
api_urlpatterns: list[URLPattern] = [
    path("receipts/", api.ReceiptsView.as_view(), name="api_receipts"),
    path("receipts/<uuid:public_id>/", api.ReceiptView.as_view(), name="api_receipt"),
    path("receipts/<uuid:public_id>/proof/", api.ProofView.as_view(), name="api_receipt_proof"),
    path("receipts/summary/<int:year>/", api.SummaryView.as_view(), name="api_receipt_summary"),
    path("pledges/<uuid:public_id>/donor/", api.DonorView.as_view(), name="api_pledge_donor"),
    path(
        "organisations/<slug:slug>/receipts/",
        api.OrganisationReceiptsView.as_view(),
        name="api_organisation_receipts",
    ),
    path(
        "organisations/<slug:slug>/receipt-text/",
        api.OrganisationTextView.as_view(),
        name="api_organisation_receipt_text",
    ),
    path("receipt-texts/<int:pk>/approve/", api.ApproveTextView.as_view(), name="api_receipt_text_approve"),
    path("receipt-texts/<int:pk>/reject/", api.RejectTextView.as_view(), name="api_receipt_text_reject"),
    path("receipt-corrections/<int:pk>/grant/", api.GrantView.as_view(), name="api_receipt_correction_grant"),
    path(
        "receipt-corrections/<int:pk>/decline/",
        api.DeclineView.as_view(),
        name="api_receipt_correction_decline",
    ),
    path("ledger/roots/", api.RootsView.as_view(), name="api_ledger_roots"),
]
