"""The best interests of a child: what was weighed, who looked at it, what was decided."""
