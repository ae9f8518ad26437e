"""Keeping what an installation holds: backup, restore, checks, and new keys."""
