"""Attacks on the project's own code and on a demonstration that runs on this machine."""
