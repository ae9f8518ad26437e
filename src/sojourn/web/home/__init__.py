"""My day: what is urgent, what is due, what happened recently."""
