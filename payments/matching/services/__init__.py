"""The pots and what campaigns hold of them: opened, topped up, reserved, proposed, committed, released."""

from payments.matching.services.acts import Act, confirm_act, record_act, return_act
from payments.matching.services.counts import count_collected, count_pledged, crowds, crowds_left
from payments.matching.services.draws import follow_pledge
from payments.matching.services.expiry import (
    check_reserved,
    confirm_extension,
    overdue,
    record_extension,
    reject_extension,
)
from payments.matching.services.funds import approve_fund_change, reject_fund_change
from payments.matching.services.kinds import match_of
from payments.matching.services.ladder import Ladder, open_programme_ladder
from payments.matching.services.pot import Taken, give_back, take
from payments.matching.services.proposals import (
    propose_fund_closing,
    propose_opening,
    propose_sponsor_fund,
    propose_top_up,
)
from payments.matching.services.reservations import (
    propose_match,
    release_reservation,
    reserve_match,
)
from payments.matching.services.rounds import share_pot_out
from payments.matching.services.sponsors import FundTerms, receive_sponsor_money
from payments.matching.services.tranches import (
    disburse_tranche,
    return_match,
    return_paid,
    save_unpaid,
    saveable,
    take_back_tranche,
)

__all__ = [
    "Act",
    "FundTerms",
    "Ladder",
    "Taken",
    "approve_fund_change",
    "check_reserved",
    "confirm_act",
    "confirm_extension",
    "count_collected",
    "count_pledged",
    "crowds",
    "crowds_left",
    "disburse_tranche",
    "follow_pledge",
    "give_back",
    "match_of",
    "open_programme_ladder",
    "overdue",
    "propose_fund_closing",
    "propose_match",
    "propose_opening",
    "propose_sponsor_fund",
    "propose_top_up",
    "receive_sponsor_money",
    "record_act",
    "record_extension",
    "reject_extension",
    "reject_fund_change",
    "release_reservation",
    "reserve_match",
    "return_act",
    "return_match",
    "return_paid",
    "save_unpaid",
    "saveable",
    "share_pot_out",
    "take",
    "take_back_tranche",
]
