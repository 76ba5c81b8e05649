"""Every address. Pages carry their language in the address (Italian bare, English under /en/); the API does not."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from crowdfund.health import health
from payments.urls import root_urlpatterns as payments_root

urlpatterns = [
    path("health/", health, name="health"),
    path("api/v1/", include("crowdfund.api_urls")),
    *payments_root,
    *i18n_patterns(
        path("", include("campaigns.urls")),
        path("", include("campaigns.codesign.urls")),
        path("", include("campaigns.reporting.urls")),
        path("", include("campaigns.calls.urls")),
        path("", include("campaigns.commission.urls")),
        path("", include("campaigns.sustainability.urls")),
        path("", include("campaigns.accompaniment.urls")),
        path("", include("payments.urls")),
        path("", include("payments.matching.urls")),
        path("", include("payments.bank.urls")),
        path("", include("payments.cash.urls")),
        path("", include("payments.receipts.urls")),
        path("", include("payments.reconciliation.urls")),
        path("", include("payments.simulations.urls")),
        path("", include("payments.spending.urls")),
        path("", include("accounts.urls")),
        path(_("account/"), include("allauth.urls")),
        prefix_default_language=False,
    ),
]
if settings.DEBUG:
    urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
