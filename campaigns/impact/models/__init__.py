from campaigns.impact.models.measurements import Measurement, MeasurementEvent, MeasurementReminder
from campaigns.impact.models.series import IndicatorSeries, Series, SeriesImport, SeriesValue, Study

__all__ = [
    "IndicatorSeries",
    "Measurement",
    "MeasurementEvent",
    "MeasurementReminder",
    "Series",
    "SeriesImport",
    "SeriesValue",
    "Study",
]
