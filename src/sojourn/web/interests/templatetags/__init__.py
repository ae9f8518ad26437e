"""Tags of the pages about children."""
