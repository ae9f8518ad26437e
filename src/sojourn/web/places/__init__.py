"""What is asked once of a place, for everybody who is there."""
