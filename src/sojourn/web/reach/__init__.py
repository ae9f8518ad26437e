"""Who can open a file and why, who is part of it, and to whom it was opened by name."""
