"""A demonstration whose every answer is counted: `python served.py FOLDER LOG TOKEN_FILE`.

Each answer becomes one line of the log (status, method, path), so that a failure is found whatever
the tool that caused it thought of the answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import waitress

from sojourn.web import serve

_ATTACKER = "sami"
"""Whose token the API is attacked with: who may do most."""


def counted(application: Any, log: Path) -> Any:
    """An application that writes down what it answers."""
    lock, held = Lock(), log.open("a", encoding="utf-8", buffering=1)

    def wrapped(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def told(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            path = environ.get("PATH_INFO", "").encode("unicode_escape").decode()
            with lock:
                held.write(f"{status[:3]} {environ['REQUEST_METHOD']} {path}\n")
            return start(status, headers, *rest)

        answer: Iterable[bytes] = application(environ, told)
        return answer

    return wrapped


def make_token(file: Path) -> None:
    """A token of the API, made as its owner would make it."""
    from django.utils import timezone

    from sojourn.framework import DataClass
    from sojourn.web.accounts.access import principal_for
    from sojourn.web.accounts.models import User
    from sojourn.web.api import actions, rules

    by = principal_for(User.objects.get(username=_ATTACKER))
    held = rules.widest(by)
    _row, secret = actions.make(
        name="attack",
        verbs=list(held.verbs),
        classes=[each for each in DataClass if each in held.classes],
        ends_on=timezone.localdate() + timedelta(days=1),
        by=by,
    )
    file.write_text(secret, encoding="utf-8")


def main(home: Path, log: Path, token: Path) -> None:
    """Loads the demonstration, makes the token, and serves on a free port of loopback."""
    os.environ["SOJOURN_API_PER_MINUTE"] = "1000000"
    serve.prepare(home, demo=True)
    serve._load_demo()
    make_token(token)
    server = waitress.create_server
    waitress.create_server = lambda application, **how: server(counted(application, log), **how)
    serve.serve("127.0.0.1", 0, demo=True, home=home)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
