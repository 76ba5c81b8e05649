from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.hubs import feeds
from campaigns.hubs.api import views as api
from campaigns.hubs.views import bookings, desk, office, public

urlpatterns = [
    path(_("hubs/"), public.hubs, name="hubs"),
    path(_("hubs/my-bookings/"), bookings.my_bookings, name="my_bookings"),
    path(_("hubs/bookings/<int:pk>/cancel/"), bookings.booking_cancel, name="booking_cancel"),
    path(_("hubs/bookings/<int:pk>/confirm/"), desk.booking_confirm, name="booking_confirm"),
    path(_("hubs/bookings/<int:pk>/decide/<slug:deed>/"), desk.booking_decline, name="booking_decline"),
    path(_("hubs/documents/<int:pk>/"), public.agreement_document, name="agreement_document"),
    path(_("officer/hubs/<slug:what>/"), office.hub_office, name="hub_office"),
    path(_("officer/hubs/<slug:slug>/<slug:what>/"), office.hub_office, name="hub_office"),
    path(_("hubs/at/<slug:slug>/"), public.hub, name="hub"),
    path(_("hubs/at/<slug:slug>/calendar/"), public.hub_calendar, name="hub_calendar"),
    path(_("hubs/at/<slug:slug>/calendar.ics"), feeds.hub_feed, name="hub_feed"),
    path(_("hubs/at/<slug:slug>/desk/"), desk.hub_desk, name="hub_desk"),
    path(_("hubs/at/<slug:slug>/desk/spaces/"), desk.space_edit, name="space_add"),
    path(_("hubs/at/<slug:slug>/desk/spaces/<slug:space_slug>/"), desk.space_edit, name="space_edit"),
    path(_("hubs/at/<slug:slug>/spaces/<slug:space_slug>/"), bookings.space, name="space"),
]
api_urlpatterns = [
    path("hubs/", api.hub_list, name="api_hubs"),
    path("hubs/<slug:slug>/", api.hub_view, name="api_hub"),
    path("hubs/<slug:slug>/agreements/", api.agreement_list, name="api_hub_agreements"),
    path("hubs/<slug:slug>/outlays/", api.outlay_list, name="api_hub_outlays"),
    path("hubs/<slug:slug>/calendar/", api.calendar_view, name="api_hub_calendar"),
    path("hubs/<slug:slug>/spaces/<slug:space_slug>/bookings/", api.booking_list, name="api_bookings"),
    path("bookings/", api.my_bookings, name="api_my_bookings"),
    path("bookings/<int:pk>/<slug:deed>/", api.booking_deed, name="api_booking_deed"),
]
