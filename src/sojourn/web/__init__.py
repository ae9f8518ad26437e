"""The web application: sign in, keep people's files, assess, and see a situation on one page."""
