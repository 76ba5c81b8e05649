"""What can be told from texts and numbers alone: references, codes for a phone's camera, the bank's files."""
