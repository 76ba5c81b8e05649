from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path
from django.utils.translation import gettext_lazy as _

from payments.api import pledges as pledges_api
from payments.views import my_pledges, pledge
from payments.webhooks.views import stripe_webhook

if TYPE_CHECKING:
    from django.urls import URLPattern

# The backer
backer_urlpatterns = [
    path(_("campaigns/<slug:slug>/pledge/"), pledge.pledge_new, name="pledge_new"),
    path(_("pledges/<uuid:public_id>/return/"), pledge.pledge_return, name="pledge_return"),
    path(_("pledges/thanks/<str:token>/"), pledge.pledge_thanks, name="pledge_thanks"),
    path(_("pledges/manage/<str:token>/"), pledge.pledge_manage, name="pledge_manage"),
    path(_("pledges/manage/<str:token>/card/"), pledge.pledge_card, name="pledge_card"),
    path(_("pledges/manage/<str:token>/cancel/"), pledge.pledge_cancel, name="pledge_cancel"),
    path(_("my-pledges/"), my_pledges.my_pledges, name="my_pledges"),
]
backer_api_urlpatterns = [
    path("pledges/", pledges_api.PledgesView.as_view(), name="api_pledges"),
    path("pledges/<uuid:public_id>/", pledges_api.PledgeView.as_view(), name="api_pledge"),
    path("pledges/<uuid:public_id>/card/", pledges_api.pledge_card_view, name="api_pledge_card"),
    path(
        "campaigns/<slug:slug>/pledges/",
        pledges_api.CampaignPledgesView.as_view(),
        name="api_campaign_pledges",
    ),
    path(
        "campaigns/<slug:slug>/pledge-terms/", pledges_api.pledge_terms_view, name="api_campaign_pledge_terms"
    ),
]

urlpatterns: list[URLPattern] = [*backer_urlpatterns]
api_urlpatterns: list[URLPattern] = [*backer_api_urlpatterns]
root_urlpatterns: list[URLPattern] = [path("webhooks/stripe/", stripe_webhook, name="stripe_webhook")]
