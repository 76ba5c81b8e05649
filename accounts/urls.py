from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.api.desk import DeskView
from accounts.api.roles import RolesView, RoleView
from accounts.views import calendar, desk, dev, organisations, profile, roles

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns = [
    path(_("officer/"), desk.officer_desk, name="officer_desk"),
    path(_("officer/calendar/"), calendar.calendar, name="desk_calendar"),
    path(_("officer/calendar/link/"), calendar.link_renew, name="calendar_link_renew"),
    path(_("officer/calendar/link/withdraw/"), calendar.link_withdraw, name="calendar_link_withdraw"),
    path(_("officer/calendar/<str:token>.ics"), calendar.feed, name="desk_feed"),
    path(_("officer/roles/"), roles.roles, name="roles"),
    path(_("officer/roles/<int:pk>/withdraw/"), roles.role_withdraw, name="role_withdraw"),
    path(_("me/"), profile.profile, name="account_profile"),
    path(_("me/keys/"), profile.tokens, name="account_tokens"),
    path(_("me/keys/<int:pk>/revoke/"), profile.token_revoke, name="account_token_revoke"),
    path(_("organisations/new/"), organisations.organisation_new, name="organisation_new"),
    path(_("organisations/<slug:slug>/team/"), organisations.organisation_edit, name="organisation_edit"),
    path(_("organisations/<slug:slug>/team/add/"), organisations.member_add, name="member_add"),
    path(_("organisations/members/<int:pk>/remove/"), organisations.member_remove, name="member_remove"),
]
api_urlpatterns: list[URLPattern] = [
    path("desk/", DeskView.as_view(), name="api_desk"),
    path("roles/", RolesView.as_view(), name="api_roles"),
    path("roles/<int:pk>/", RoleView.as_view(), name="api_role"),
]

dev_urlpatterns = [
    path("dev/mail/", dev.mail, name="dev_mail"),
    path("dev/mail/<int:pk>/", dev.mail_one, name="dev_mail_one"),
    path("dev/mail/<int:pk>/html/", dev.mail_html, name="dev_mail_html"),
    path("dev/logins/", dev.logins, name="dev_logins"),
]
if settings.DEBUG:
    urlpatterns += dev_urlpatterns
