"""What went wrong, in the words of the person at the keyboard."""

from __future__ import annotations

import os
import sys

from sojourn.language.problems import FrameworkProblems
from sojourn.standards.csv_check import BadTableError


def as_message(error: BaseException) -> tuple[int, str]:
    """The exit code and the message for an error. Data never stands in a message of ours that is
    not about that very cell."""
    if isinstance(error, FrameworkProblems | BadTableError) or _is_of_a_survey(error):
        return 2, f"Error: {error}"
    if isinstance(
        error, PermissionError | FileNotFoundError | IsADirectoryError | NotADirectoryError
    ):
        return 2, f"Error: {error.strerror}: {error.filename}"
    if isinstance(error, OSError):
        return 1, f"Error: the system refused: {error.strerror or type(error).__name__}"
    if os.environ.get("SOJOURN_TRACEBACK"):
        raise error
    return 1, (
        f"Error: something went wrong inside Sojourn ({type(error).__name__}). Nothing was "
        "written. Run again with SOJOURN_TRACEBACK=1 and report what it prints, after checking "
        "that it holds nothing personal."
    )


def _is_of_a_survey(error: BaseException) -> bool:
    """Asked without loading that package, which takes a while and most commands do not need."""
    problems = sys.modules.get("sojourn.survey.problems")
    return problems is not None and isinstance(error, problems.SurveyError)
