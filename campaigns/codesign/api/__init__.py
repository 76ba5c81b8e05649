"""Needs, proposals and the chain over REST: the same services as the pages."""
