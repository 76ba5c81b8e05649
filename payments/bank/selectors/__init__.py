"""What pages, desks and the API read of the bank."""
