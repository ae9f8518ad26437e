"""Dates in Arabic."""
