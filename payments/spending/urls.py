from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.spending.api import contracts as contracts_api
from payments.spending.api import ladders as ladders_api
from payments.spending.views import contracts, exports, ladders, movements

if TYPE_CHECKING:
    from django.urls import URLPattern

KINDS = {"programme": "programmes/<slug:key>", "call": "calls/<slug:key>", "fund": "funds/<int:key>",
         "project": "projects/<slug:key>"}  # fmt: skip


def _ladders_api() -> list[URLPattern]:
    """Give each kind of ladder its three routes; a programme's figures have theirs in the app of matches."""
    found = []
    for kind, route in KINDS.items():
        told = {"kind": kind}
        if kind != "programme":
            found.append(path(f"{route}/ladder/", ladders_api.ladder_view, told, name=f"api_{kind}_ladder"))
        found += [
            path(
                f"{route}/ladder/history/", ladders_api.history_view, told, name=f"api_{kind}_ladder_history"
            ),
            path(
                f"{route}/ladder/movements/",
                ladders_api.movements_view,
                told,
                name=f"api_{kind}_ladder_movements",
            ),
        ]
    return found


urlpatterns = [
    path(_("programmes/<slug:key>/ladder/"), ladders.ladder, {"kind": "programme"}, name="programme_ladder"),
    path(_("calls/<slug:key>/ladder/"), ladders.ladder, {"kind": "call"}, name="call_ladder"),
    path(_("pots/<int:key>/ladder/"), ladders.ladder, {"kind": "fund"}, name="fund_ladder"),
    path(_("projects/<slug:key>/ladder/"), ladders.ladder, {"kind": "project"}, name="project_ladder"),
    path(_("open-data/movements/<int:pk>/"), ladders.transfer, name="budget_transfer"),
    path(_("open-data/financial-progress/"), exports.spending_data, name="spending_data"),
    path(_("open-data/financial-progress.csv"), exports.ladder_csv, name="ladder_csv"),
    path(_("open-data/financial-progress.json"), exports.ladder_json, name="ladder_json"),
    path(_("open-data/grants/<int:year>/"), exports.grants_page, name="grants"),
    path(_("open-data/grants/<int:year>.csv"), exports.grants_csv, name="grants_csv"),
    path(_("programmes/<slug:slug>/contracts/"), contracts.programme_contracts, name="programme_contracts"),
    path(_("contracts/<int:pk>/"), contracts.contract, name="contract"),
    path(_("officer/contracts/"), contracts.office_contracts, name="office_contracts"),
    path(_("officer/programmes/<slug:slug>/contracts/new/"), contracts.contract_new, name="contract_new"),
    path(
        _("officer/contracts/<int:pk>/mandate/"),
        movements.movement_new,
        {"kind": "mandate"},
        name="contract_mandate_new",
    ),
    path(
        _("officer/contracts/<int:pk>/reduction/"),
        movements.movement_new,
        {"kind": "economy"},
        name="contract_economy_new",
    ),
    path(_("officer/contracts/<int:pk>/annul/"), movements.contract_annul, name="contract_annul"),
    path(_("officer/contract-movements/<int:pk>/"), movements.contract_movement, name="contract_movement"),
    path(
        _("officer/contracts/<int:pk>/files/new/"),
        contracts.contract_document_new,
        name="contract_document_new",
    ),
    path(_("officer/contract-files/<int:pk>/"), contracts.contract_document, name="contract_document"),
]
api_urlpatterns = [
    *_ladders_api(),
    path("contracts/", contracts_api.ContractsView.as_view(), name="api_contracts"),
    path("contracts/<int:pk>/", contracts_api.contract_view, name="api_contract"),
    path("contracts/<int:pk>/confirm/", contracts_api.contract_confirm_view, name="api_contract_confirm"),
    path("contracts/<int:pk>/reject/", contracts_api.contract_reject_view, name="api_contract_reject"),
    path("contracts/<int:pk>/annul/", contracts_api.contract_annul_view, name="api_contract_annul"),
    path(
        "contracts/<int:pk>/movements/", contracts_api.contract_movements_view, name="api_contract_movements"
    ),
    path(
        "contracts/<int:pk>/documents/", contracts_api.contract_documents_view, name="api_contract_documents"
    ),
    path(
        "contract-movements/<int:pk>/approve/",
        contracts_api.movement_approve_view,
        name="api_contract_movement_approve",
    ),
    path(
        "contract-movements/<int:pk>/reject/",
        contracts_api.movement_reject_view,
        name="api_contract_movement_reject",
    ),
    path(
        "contract-movements/<int:pk>/correct/",
        contracts_api.movement_correct_view,
        name="api_contract_movement_correct",
    ),
]
