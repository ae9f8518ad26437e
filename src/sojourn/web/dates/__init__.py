"""How dates are written, where a language needs other forms than those of Django."""
