"""What forms compute on a phone, filled in with JavaRosa, which ODK Collect is made of."""
