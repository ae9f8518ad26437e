"""English dates that nobody takes for another day: 4/5/2026 is read in two ways."""

SHORT_DATE_FORMAT = "N j, Y"
SHORT_DATETIME_FORMAT = "N j, Y, P"
