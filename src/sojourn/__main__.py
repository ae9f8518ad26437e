"""`python -m sojourn` does what the `sojourn` command does."""

from sojourn.cli import main

main()
