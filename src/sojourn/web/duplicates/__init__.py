"""People who may be on file twice: found by likeness, decided by a person, linked and never merged."""
