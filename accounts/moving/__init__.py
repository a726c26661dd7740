"""What moves between enterprises: billing accounts, and all that hangs on them."""
