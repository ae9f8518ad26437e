"""Population analysis: how many, where, and how sure.

A `Sample` is a table with its `Design`. Estimates are made from it, and come with their error.
"""
