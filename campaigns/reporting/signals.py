"""What travels upwards when a project stops, sent with `send` inside the transaction: an error rolls the deed back."""

from django.dispatch import Signal

project_stopped = (
    Signal()
)  # campaign, now, by, why: payments takes back what has not left and frees the match
