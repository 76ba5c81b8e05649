"""What comes in as files and goes out as documents."""
