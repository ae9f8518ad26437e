"""The API: what the screens of casework do, for programs, through the same actions and queries."""
