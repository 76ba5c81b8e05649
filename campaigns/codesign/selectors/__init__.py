"""What pages and the API read of needs, proposals and the chain between them."""
