"""Every address of the API the stand-in answers, and what it does by itself when its time comes."""

import sys
import traceback
from collections.abc import Callable

from payments.standin.call import Call
from payments.standin.errors import Body
from payments.standin.objects import (
    account_links,
    accounts,
    balance,
    charges,
    checkout_sessions,
    customers,
    debits,
    disputes,
    events,
    files,
    mandates,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    topups,
    transfers,
    webhook_endpoints,
)
from payments.standin.routing import Table

_RESOURCES = (
    account_links,
    accounts,
    balance,
    charges,
    checkout_sessions,
    customers,
    disputes,
    events,
    files,
    mandates,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    topups,
    transfers,
    webhook_endpoints,
)

TABLE = Table([route for resource in _RESOURCES for route in resource.ROUTES])

SCHEDULED: dict[str, Callable[[Call, str], None]] = {
    checkout_sessions.EXPIRE: checkout_sessions.expire_if_due,
    debits.SETTLE: debits.settle,
    disputes.CLOSE_RESOLVED: disputes.close_resolved,
    disputes.LAPSE: disputes.lapse,
    payouts.ARRIVE: payouts.arrive,
    payouts.SUBMIT: payouts.submit,
    refunds.SEND: refunds.send_if_possible,
    refunds.SETTLE: refunds.settle,
    topups.ARRIVE: topups.arrive,
}

#: Lists that an object shows only when expanded: (kind, field) to the function that makes them.
INCLUDABLE: dict[tuple[str, str], Callable[[Call, Body], Body]] = {
    ("charge", "refunds"): charges.refunds_of,
    ("checkout.session", "line_items"): checkout_sessions.items_of,
}

#: Kinds that are shown by more than their books say.
SHOWN: dict[str, Callable[[Call, Body], Body]] = {
    "account": accounts.shown,
    "balance_transaction": balance.settled,
    "mandate": mandates.shown,
    "transfer": transfers.shown,
}


def run_due(call: Call) -> int:
    """Do what the moved clock has made due (in a transaction); how many things that was.

    What breaks is told on standard error and not tried again: it must not stand in the way of everything else.
    """
    due = call.store.execute(
        "SELECT id, action, object FROM schedule WHERE due <= ? ORDER BY due LIMIT 500", call.now
    )
    rows = due.fetchall()
    for row_id, action, object_id in rows:
        call.store.execute("DELETE FROM schedule WHERE id = ?", row_id)
        try:
            with call.store.savepoint():
                SCHEDULED[action](call, object_id)
        except Exception:  # noqa: BLE001 - see above
            traceback.print_exc(file=sys.stderr)
    return len(rows)
