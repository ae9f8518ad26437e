"""What was written and what was looked at: an append-only chain."""
