"""The API, version 1: the same services as the pages."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from accounts.urls import api_urlpatterns as accounts_api
from campaigns.accompaniment.urls import api_urlpatterns as accompaniment_api
from campaigns.calls.urls import api_urlpatterns as calls_api
from campaigns.codesign.urls import api_urlpatterns as codesign_api
from campaigns.commission.urls import api_urlpatterns as commission_api
from campaigns.reporting.urls import api_urlpatterns as reporting_api
from campaigns.sustainability.urls import api_urlpatterns as sustainability_api
from campaigns.urls import api_urlpatterns as campaigns_api
from crowdfund.api_docs import api_docs
from payments.bank.urls import api_urlpatterns as bank_api
from payments.cash.urls import api_urlpatterns as cash_api
from payments.matching.urls import api_urlpatterns as matching_api
from payments.receipts.urls import api_urlpatterns as receipts_api
from payments.reconciliation.urls import api_urlpatterns as reconciliation_api
from payments.simulations.urls import api_urlpatterns as simulations_api
from payments.spending.urls import api_urlpatterns as spending_api
from payments.urls import api_urlpatterns as payments_api

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", api_docs, name="api_docs"),
    *accounts_api,
    *campaigns_api,
    *calls_api,
    *commission_api,
    *reporting_api,
    *codesign_api,
    *sustainability_api,
    *accompaniment_api,
    *payments_api,
    *matching_api,
    *bank_api,
    *cash_api,
    *receipts_api,
    *reconciliation_api,
    *simulations_api,
    *spending_api,
]
