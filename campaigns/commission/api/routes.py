from django.urls import path

from campaigns.commission.api import lists, scoring, setting

routes = [
    path("calls/<slug:slug>/grid/", setting.grid_view, name="api_call_grid"),
    path("calls/<slug:slug>/commissions/", setting.commissions_view, name="api_commissions"),
    path("calls/<slug:slug>/lists/", lists.call_lists_view, name="api_call_lists"),
    path("commissions/<int:pk>/", setting.commission_view, name="api_commission"),
    path("commissions/<int:pk>/evaluators/", setting.evaluators_view, name="api_evaluators"),
    path("commissions/<int:pk>/sign/", setting.sign_view, name="api_evaluator_sign"),
    path("commissions/<int:pk>/lists/", lists.propose_view, name="api_list_propose"),
    path("evaluators/<int:pk>/leave/", setting.leave_view, name="api_evaluator_leave"),
    path("applications/<int:pk>/declaration/", scoring.declaration_view, name="api_declaration"),
    path("applications/<int:pk>/sheet/", scoring.sheet_view, name="api_sheet"),
    path("applications/<int:pk>/sheet/close/", scoring.close_view, name="api_sheet_close"),
    path("applications/<int:pk>/sheets/", scoring.sheets_view, name="api_sheets"),
    path("applications/<int:pk>/exclusion/", setting.exclusion_view, name="api_exclusion"),
    path("applications/<int:pk>/exclusion/lift/", setting.lift_view, name="api_exclusion_lift"),
    path("applications/<int:pk>/appeal/", lists.appeal_view, name="api_appeal"),
    path("sheets/<int:pk>/reopen/", scoring.reopen_view, name="api_sheet_reopen"),
    path("lists/<int:pk>/", lists.list_view, name="api_list"),
    path("lists/<int:pk>/publish/", lists.publish_view, name="api_list_publish"),
    path("lists/<int:pk>/return/", lists.return_view, name="api_list_return"),
    path("lists/<int:pk>/offer/", lists.list_offer_view, name="api_list_offer"),
    path("appeals/<int:pk>/answer/", lists.answer_view, name="api_appeal_answer"),
    path("offers/<int:pk>/accept/", lists.accept_view, name="api_offer_accept"),
    path("offers/<int:pk>/decline/", lists.decline_view, name="api_offer_decline"),
]
