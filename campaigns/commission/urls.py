from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.commission.api.routes import routes
from campaigns.commission.views import appeals, commissions, evaluators, grids, lists, offers

urlpatterns = [
    path(_("officer/calls/<slug:slug>/criteria/"), grids.grid_edit, name="grid_edit"),
    path(_("officer/calls/<slug:slug>/criteria/remove/"), grids.grid_remove, name="grid_remove"),
    path(_("officer/calls/<slug:slug>/commission/"), commissions.commission_new, name="commission_new"),
    path(_("commission/<int:pk>/"), commissions.commission, name="commission"),
    path(_("commission/<int:pk>/appoint/"), commissions.commission_appoint, name="commission_appoint"),
    path(_("commission/<int:pk>/propose/"), lists.list_propose, name="list_propose"),
    path(_("commission/<int:pk>/sheets/"), evaluators.evaluator_desk, name="evaluator_desk"),
    path(_("commission/<int:pk>/sign/"), evaluators.evaluator_sign, name="evaluator_sign"),
    path(_("commission/evaluators/<int:pk>/leave/"), commissions.evaluator_leave, name="evaluator_leave"),
    path(_("commission/applications/<int:pk>/"), evaluators.sheet, name="sheet"),
    path(_("commission/applications/<int:pk>/declare/"), evaluators.sheet_declare, name="sheet_declare"),
    path(_("commission/applications/<int:pk>/points/"), commissions.scores, name="scores"),
    path(_("commission/applications/<int:pk>/exclude/"), commissions.exclude, name="exclude"),
    path(_("commission/sheets/<int:pk>/reopen/"), commissions.sheet_reopen, name="sheet_reopen"),
    path(_("lists/<int:pk>/"), lists.ranked_list, name="ranked_list"),
    path(_("lists/<int:pk>/list.csv"), lists.ranked_list_csv, name="ranked_list_csv"),
    path(_("lists/<int:pk>/decide/"), lists.list_decide, name="list_decide"),
    path(_("lists/<int:pk>/offer/"), offers.list_offer, name="list_offer"),
    path(_("applications/<int:pk>/appeal/"), appeals.appeal_new, name="appeal_new"),
    path(_("officer/appeals/<int:pk>/"), appeals.appeal_answer, name="appeal_answer"),
    path(_("offers/<int:pk>/"), offers.offer, name="offer"),
]
api_urlpatterns = routes
