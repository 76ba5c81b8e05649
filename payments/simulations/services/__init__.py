"""Order simulations, carry them out, delete them."""

from payments.simulations.services.orders import (
    LARGEST_CAMPAIGNS,
    LARGEST_PLEDGES,
    MOST_RULES,
    NamedRule,
    Upload,
    delete_simulation,
    order_simulation,
)
from payments.simulations.services.work import run_due

__all__ = [
    "LARGEST_CAMPAIGNS",
    "LARGEST_PLEDGES",
    "MOST_RULES",
    "NamedRule",
    "Upload",
    "delete_simulation",
    "order_simulation",
    "run_due",
]
