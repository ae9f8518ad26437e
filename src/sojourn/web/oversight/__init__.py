"""The data protection officer's one page: what is held, what waits, what was unusual."""
