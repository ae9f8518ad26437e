"""Programmes of organisations, and what they ask for before a step of a case."""
