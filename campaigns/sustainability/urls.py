from __future__ import annotations

import datetime as dt

from django.urls import path, register_converter
from django.utils.translation import gettext_lazy as _

from campaigns.sustainability.api import accounts as api
from campaigns.sustainability.views import imports, planned, portfolio, public, team


class MonthConverter:
    """A month in an address, `2026-03`, as its first day."""

    regex = "[0-9]{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> dt.date:
        """Read it; a year 0 is no month and so no address."""
        return dt.date.fromisoformat(f"{value}-01")

    def to_url(self, value: dt.date | str) -> str:
        """Write it."""
        return value if isinstance(value, str) else f"{value:%Y-%m}"


register_converter(MonthConverter, "month")

urlpatterns = [
    path(_("projects/<slug:slug>/accounts/"), public.project_accounts, name="project_accounts"),
    path(_("projects/<slug:slug>/accounts.csv"), public.project_accounts_csv, name="project_accounts_csv"),
    path(_("projects/<slug:slug>/accounts.json"), public.project_accounts_json, name="project_accounts_json"),
    path(_("portfolio/"), portfolio.portfolio_page, name="portfolio"),
    path(_("portfolio.csv"), portfolio.portfolio_csv, name="portfolio_csv"),
    path(_("portfolio.json"), portfolio.portfolio_json, name="portfolio_json"),
    path(_("team/projects/<slug:slug>/accounts/"), team.monthly_accounts, name="monthly_accounts"),
    path(_("team/projects/<slug:slug>/accounts/plan/"), planned.plan_and_accounts, name="plan_and_accounts"),
    path(
        _("team/projects/<slug:slug>/accounts/import/"),
        imports.monthly_accounts_import,
        name="monthly_accounts_import",
    ),
    path(
        _("team/projects/<slug:slug>/accounts/template.csv"),
        imports.monthly_accounts_template,
        name="monthly_accounts_template",
    ),
    path(
        _("team/projects/<slug:slug>/accounts/<month:month>/"), team.monthly_account, name="monthly_account"
    ),
    path(
        _("team/projects/<slug:slug>/accounts/<month:month>/close/"),
        team.monthly_account_close,
        name="monthly_account_close",
    ),
    path(
        _("team/projects/<slug:slug>/accounts/<month:month>/correct/"),
        team.monthly_account_correct,
        name="monthly_account_correct",
    ),
]
api_urlpatterns = [
    path("projects/<slug:slug>/accounts/", api.ProjectAccounts.as_view(), name="api_project_accounts"),
    path("projects/<slug:slug>/accounts/import/", api.ImportMonths.as_view(), name="api_months_import"),
    path("projects/<slug:slug>/accounts/<month:month>/", api.OneMonth.as_view(), name="api_project_month"),
    path(
        "projects/<slug:slug>/accounts/<month:month>/close/", api.CloseMonth.as_view(), name="api_month_close"
    ),
    path(
        "projects/<slug:slug>/accounts/<month:month>/corrections/",
        api.Corrections.as_view(),
        name="api_month_corrections",
    ),
    path(
        "projects/<slug:slug>/sustainability/",
        api.ProjectSustainability.as_view(),
        name="api_project_sustainability",
    ),
]
