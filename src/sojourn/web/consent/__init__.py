"""What a person agreed to: what, for whom, until when, and how it was explained."""
