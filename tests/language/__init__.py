"""How a framework is written, and what is said about one that is written wrongly."""
