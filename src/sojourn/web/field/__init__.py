"""Forms and submissions as OpenRosa clients know them."""
