"""The work of several people: lists of cases, who looks after which, what is due when."""
