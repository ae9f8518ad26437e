"""Taking people in from a table: looked at first, written after, and undone for some days."""
