"""What travels upwards from campaigns, sent with `send` inside the transaction: an error rolls the deed back."""

from django.dispatch import Signal

campaign_launching = Signal()  # campaign, now: payments refuses a launch it can't carry
campaign_cancelled = Signal()  # campaign, now, by, why: payments releases pledges and the reservation
application_deciding = Signal()  # application, status, now, by: a commission refuses what its list decides
application_admitted = Signal()  # application, now, by: matching reserves, or refuses when the pot is empty
call_publishing = Signal()  # call, now, by: matching proposes the call's fund
