from campaigns.impact.models.measurements import Measurement, MeasurementEvent, MeasurementReminder

__all__ = ["Measurement", "MeasurementEvent", "MeasurementReminder"]
