"""What is wrong with a design or with what was asked of it, in the words of whoever wrote it."""

from __future__ import annotations


class SurveyError(ValueError):
    """A design or a request that cannot be followed. The message says where and what to do.

    It names columns, row numbers, strata and counts; of values it names only those that stand in
    columns of the design, which are codes of places and not answers of people.
    """
