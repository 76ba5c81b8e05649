"""The pot and what campaigns hold of it: opened, topped up, reserved, proposed, committed, released."""

from payments.matching.services.acts import (
    Act,
    confirm_act,
    disburse_tranche,
    record_act,
    return_act,
    take_back_tranche,
)
from payments.matching.services.counts import count_collected, count_pledged, crowds
from payments.matching.services.draws import follow_pledge
from payments.matching.services.funds import (
    approve_fund_change,
    fund_of,
    lock_fund_of,
    propose_opening,
    propose_top_up,
    reject_fund_change,
)
from payments.matching.services.ladder import Ladder, open_programme_ladder
from payments.matching.services.reservations import (
    propose_match,
    release_reservation,
    reserve_match,
)

__all__ = [
    "Act",
    "Ladder",
    "approve_fund_change",
    "confirm_act",
    "count_collected",
    "count_pledged",
    "crowds",
    "disburse_tranche",
    "follow_pledge",
    "fund_of",
    "lock_fund_of",
    "open_programme_ladder",
    "propose_match",
    "propose_opening",
    "propose_top_up",
    "record_act",
    "reject_fund_change",
    "release_reservation",
    "reserve_match",
    "return_act",
    "take_back_tranche",
]
