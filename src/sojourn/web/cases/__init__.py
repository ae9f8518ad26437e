"""Cases and assessments, and the situation page."""
