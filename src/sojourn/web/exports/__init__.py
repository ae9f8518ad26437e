"""Taking data out: with permission, a reason and the person's agreement, and never stored."""
