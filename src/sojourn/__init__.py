"""Sojourn: assess situations, respond together, monitor promises, consult everyone concerned."""
