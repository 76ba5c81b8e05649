from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.impact.api import measurements as api
from campaigns.impact.views import measurements

urlpatterns = [
    path(_("projects/<slug:slug>/measurements/"), measurements.measurements, name="measurements"),
    path(_("indicators/<int:pk>/measure/"), measurements.measurement_new, name="measurement_new"),
    path(_("measurements/<int:pk>/"), measurements.measurement, name="measurement"),
    path(_("measurements/<int:pk>/correct/"), measurements.measurement_correct, name="measurement_correct"),
    path(_("measurements/<int:pk>/evidence/"), measurements.measurement_file, name="measurement_file"),
]
api_urlpatterns = [
    path("projects/<slug:slug>/measurements/", api.ProjectMeasurements.as_view(), name="api_measurements"),
    path("indicators/<int:pk>/measurements/", api.IndicatorMeasurements.as_view(), name="api_measure"),
    path("measurements/<int:pk>/correction/", api.Correction.as_view(), name="api_measurement_correction"),
    path("measurements/<int:pk>/verify/", api.Verification.as_view(), name="api_measurement_verify"),
    path("measurements/<int:pk>/send-back/", api.SendingBack.as_view(), name="api_measurement_send_back"),
]
