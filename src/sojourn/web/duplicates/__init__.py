"""People who may be on file twice: found by likeness, decided by people, linked, never merged."""
