"""Random frameworks and answers: all engines must agree exactly."""
