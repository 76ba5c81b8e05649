from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from campaigns.impact.api import measurements as api
from campaigns.impact.api import series as series_api
from campaigns.impact.views import measurements, programmes, series

urlpatterns = [
    path(_("projects/<slug:slug>/measurements/"), measurements.measurements, name="measurements"),
    path(_("indicators/<int:pk>/measure/"), measurements.measurement_new, name="measurement_new"),
    path(_("measurements/<int:pk>/"), measurements.measurement, name="measurement"),
    path(_("measurements/<int:pk>/correct/"), measurements.measurement_correct, name="measurement_correct"),
    path(_("measurements/<int:pk>/evidence/"), measurements.measurement_file, name="measurement_file"),
    path(_("indicators/<int:pk>/series/"), series.series_link, name="series_link"),
    path(_("programmes/<slug:slug>/impact/"), programmes.programme_impact, name="programme_impact"),
    path(
        _("programmes/<slug:slug>/impact.csv"), programmes.programme_impact_csv, name="programme_impact_csv"
    ),
    path(
        _("programmes/<slug:slug>/impact.pdf"), programmes.programme_impact_pdf, name="programme_impact_pdf"
    ),
    path(_("research/"), series.research, name="research"),
    path(_("research/series/new/"), series.series_new, name="series_new"),
    path(_("research/studies/new/"), series.study_new, name="study_new"),
    path(_("research/studies/<int:pk>/file/"), series.study_file, name="study_file"),
    path(_("research/series/<slug:slug>/"), series.series, name="series"),
    path(_("research/series/<slug:slug>/values.csv"), series.series_csv, name="series_csv"),
    path(_("research/series/<slug:slug>/import/"), series.series_import, name="series_import"),
]
api_urlpatterns = [
    path("series/<slug:slug>/", series_api.SeriesValues.as_view(), name="api_series"),
    path("projects/<slug:slug>/measurements/", api.ProjectMeasurements.as_view(), name="api_measurements"),
    path("indicators/<int:pk>/measurements/", api.IndicatorMeasurements.as_view(), name="api_measure"),
    path("measurements/<int:pk>/correction/", api.Correction.as_view(), name="api_measurement_correction"),
    path("measurements/<int:pk>/verify/", api.Verification.as_view(), name="api_measurement_verify"),
    path("measurements/<int:pk>/send-back/", api.SendingBack.as_view(), name="api_measurement_send_back"),
]
