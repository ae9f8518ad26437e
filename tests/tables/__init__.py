"""Survey tables in and out."""
