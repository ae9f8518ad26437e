"""People: a pseudonymous record, and apart from it an encrypted identity."""
