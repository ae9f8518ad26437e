"""Frameworks in the application: reading their rules, trying them out, comparing versions.

They hold no personal data: everybody signed in may read them, and nothing here is about a person.
"""
