"""Accounts and ratios over REST: the same services as the pages, amounts in whole cents."""
