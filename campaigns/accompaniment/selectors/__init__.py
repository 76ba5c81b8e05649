"""What is read of accompaniment."""
