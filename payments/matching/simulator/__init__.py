"""What would another rule have done? The formulas on files of campaigns and pledges, in constant memory."""

from payments.matching.simulator.answer import (
    Answer,
    apply_rule,
    as_json,
    as_table,
    money_by_neighbourhood,
    top_share,
)
from payments.matching.simulator.progress import Progress
from payments.matching.simulator.reading import (
    BadRows,
    Place,
    Places,
    read_campaigns,
    read_pledges,
    read_rule_file,
)
from payments.matching.simulator.spill import SpilledGifts

__all__ = [
    "Answer",
    "BadRows",
    "Place",
    "Places",
    "Progress",
    "SpilledGifts",
    "apply_rule",
    "as_json",
    "as_table",
    "money_by_neighbourhood",
    "read_campaigns",
    "read_pledges",
    "read_rule_file",
    "top_share",
]
