from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.reporting.api import milestones as milestones_api
from campaigns.reporting.api import reports as reports_api
from campaigns.reporting.api import stops as stops_api
from campaigns.reporting.views import importing, milestones, officer, public, team

public_urlpatterns = [
    path(_("campaigns/<slug:slug>/spending/"), public.campaign_spending, name="campaign_spending"),
    path(_("campaigns/<slug:slug>/spending.csv"), public.campaign_spending_csv, name="campaign_spending_csv"),
    path(_("milestone-files/<int:pk>/"), public.milestone_file, name="milestone_file"),
    path(_("expenses/<int:pk>/receipt/"), public.item_receipt, name="item_receipt"),
]
team_urlpatterns = [
    path(
        _("team/campaigns/<slug:slug>/milestones/<int:pk>/files/"),
        milestones.milestone_work,
        name="milestone_work",
    ),
    path(
        _("team/milestone-files/<int:pk>/remove/"),
        milestones.milestone_file_remove,
        name="milestone_file_remove",
    ),
    path(_("team/campaigns/<slug:slug>/reports/"), team.spending_reports, name="spending_reports"),
    path(_("team/campaigns/<slug:slug>/stop/"), officer.stop_declare, name="stop_declare"),
    path(_("team/reports/<int:pk>/"), team.spending_report, name="spending_report"),
    path(_("team/reports/<int:pk>/new-expense/"), team.report_item_new, name="report_item_new"),
    path(_("team/reports/<int:pk>/import/"), importing.report_import, name="report_import"),
    path(_("team/reports/<int:pk>/template.csv"), importing.report_template, name="report_template"),
    path(_("team/expenses/<int:pk>/"), team.report_item, name="report_item"),
    path(_("team/expenses/<int:pk>/remove/"), team.report_item_remove, name="report_item_remove"),
]
officer_urlpatterns = [
    path(_("officer/milestones/<int:pk>/"), milestones.milestone_judge, name="milestone_judge"),
    path(_("officer/reports/"), officer.report_list, name="report_list"),
    path(_("officer/reports/<int:pk>/"), officer.report_review, name="report_review"),
    path(_("officer/stops/<int:pk>/"), officer.project_stop, name="project_stop"),
]
urlpatterns = [*public_urlpatterns, *team_urlpatterns, *officer_urlpatterns]

api_urlpatterns = [
    path("campaigns/<slug:slug>/spending/", reports_api.SpendingView.as_view(), name="api_spending"),
    path("campaigns/<slug:slug>/stops/", stops_api.StopsView.as_view(), name="api_stops"),
    path("stops/<int:pk>/confirm/", stops_api.ConfirmView.as_view(), name="api_stop_confirm"),
    path("stops/<int:pk>/reject/", stops_api.RejectView.as_view(), name="api_stop_reject"),
    path("spending-reports/", reports_api.ReportsView.as_view(), name="api_reports"),
    path("spending-reports/<int:pk>/", reports_api.ReportView.as_view(), name="api_report"),
    path("spending-reports/<int:pk>/items/", reports_api.ItemsView.as_view(), name="api_report_items"),
    path("spending-reports/<int:pk>/import/", reports_api.ImportView.as_view(), name="api_report_import"),
    path(
        "spending-reports/<int:pk>/overspends/",
        reports_api.OverspendView.as_view(),
        name="api_report_overspends",
    ),
    path("spending-reports/<int:pk>/submit/", reports_api.SubmitView.as_view(), name="api_report_submit"),
    path("spending-reports/<int:pk>/accept/", reports_api.AcceptView.as_view(), name="api_report_accept"),
    path(
        "spending-reports/<int:pk>/send-back/",
        reports_api.SendBackView.as_view(),
        name="api_report_send_back",
    ),
    path("spending-reports/<int:pk>/due/", reports_api.DueView.as_view(), name="api_report_due"),
    path("expenses/<int:pk>/", reports_api.ItemView.as_view(), name="api_report_item"),
    path("expenses/<int:pk>/receipt/", reports_api.ReceiptView.as_view(), name="api_report_receipt"),
    path("expenses/<int:pk>/review/", reports_api.ReviewView.as_view(), name="api_report_review"),
    path("milestones/<int:pk>/", milestones_api.MilestoneView.as_view(), name="api_milestone"),
    path("milestones/<int:pk>/files/", milestones_api.FilesView.as_view(), name="api_milestone_files"),
    path("milestones/<int:pk>/reach/", milestones_api.ReachView.as_view(), name="api_milestone_reach"),
    path("milestones/<int:pk>/accept/", milestones_api.AcceptView.as_view(), name="api_milestone_accept"),
    path(
        "milestones/<int:pk>/send-back/",
        milestones_api.SendBackView.as_view(),
        name="api_milestone_send_back",
    ),
    path("milestones/<int:pk>/changes/", milestones_api.ChangesView.as_view(), name="api_milestone_changes"),
    path("milestone-changes/<int:pk>/agree/", milestones_api.AgreeView.as_view(), name="api_change_agree"),
    path("milestone-changes/<int:pk>/refuse/", milestones_api.RefuseView.as_view(), name="api_change_refuse"),
]
