"""Contacts that are planned after a phase, a closure or a return, and what became of them."""
