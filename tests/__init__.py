"""The tests, by the package they speak of."""
