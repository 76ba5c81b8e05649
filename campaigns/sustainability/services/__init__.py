"""The deeds on a project's monthly accounts."""

from campaigns.sustainability.services.booked import Flow, book_money
from campaigns.sustainability.services.books import open_books
from campaigns.sustainability.services.closing import close_month, correct_month
from campaigns.sustainability.services.imports import import_months, plan_import
from campaigns.sustainability.services.months import enter_month, revise_month

__all__ = [
    "Flow",
    "book_money",
    "close_month",
    "correct_month",
    "enter_month",
    "import_months",
    "open_books",
    "plan_import",
    "revise_month",
]
