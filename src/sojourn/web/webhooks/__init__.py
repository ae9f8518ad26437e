"""Telling other programs that something happened: ids and verbs, and never anything personal."""
