"""The manual of the rule language: each page is run on every engine."""
