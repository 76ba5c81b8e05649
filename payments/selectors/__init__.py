"""What pages and the API read of pledges and money."""
