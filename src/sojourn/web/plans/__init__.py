"""What was agreed with a person: who does what by when, and who approved it."""
