"""The deeds of accompaniment."""

from campaigns.accompaniment.services.enterprises import observe_enterprise, register_enterprise
from campaigns.accompaniment.services.tutoring import finish_step, log_tutoring, strike_tutoring

__all__ = [
    "finish_step",
    "log_tutoring",
    "observe_enterprise",
    "register_enterprise",
    "strike_tutoring",
]
