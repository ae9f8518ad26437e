"""The journey of a person: where they were, in which order, and a map of it."""
