"""Arabic dates with a time; Django has none of its own and would write them the American way."""

DATETIME_FORMAT = "j F، Y، g:i A"
SHORT_DATE_FORMAT = "j F، Y"
SHORT_DATETIME_FORMAT = "j F، Y، g:i A"
