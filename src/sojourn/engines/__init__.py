"""Engines run a framework: `record` explains one unit, `frames` runs over whole tables."""
