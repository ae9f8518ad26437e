"""Who may sign in, for which organisation, in which role, and what that role may do and see."""
