"""Who belongs to whom: relations between people, households, and groups that are no families."""
