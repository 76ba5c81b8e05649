"""The platform's balance in cents."""

import stripe


def available(client: stripe.V1Services) -> int:
    return sum(line.amount for line in client.balance.retrieve().available)


def pending(client: stripe.V1Services) -> int:
    return sum(line.amount for line in client.balance.retrieve().pending)
