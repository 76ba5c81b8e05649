"""What the monthly accounts say to the rooms above them."""

from django.dispatch import Signal

books_opened = Signal()
"""Sent inside the transaction that opens a project's books: `books`, `now`. What was paid before is booked then."""
