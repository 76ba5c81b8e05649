"""What pages and the API read of the accounts. The public sees closed months only."""
