"""Journeys in a real Chromium, against the application as `sojourn serve --demo` starts it."""
