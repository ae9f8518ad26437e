"""What was done to a person, and who is said to have done it."""
