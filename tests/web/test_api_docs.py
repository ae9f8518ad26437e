"""What the pages about the API show is what it does."""

from __future__ import annotations

import json
import re
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from sojourn.web.api import listing
from sojourn.web.api.service import operations
from sojourn.web.webhooks import rules
from tests.web.api_operations import client_with, token_for
from tests.web.conftest import World

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
STEP = re.compile(
    r"^```http\n(?P<method>[A-Z]+) (?P<path>\S+)\n(?P<headers>(?:[\w-]+: [^\n]*\n)*)"
    r"(?:\n(?P<body>.*?))?^```\n+(?:^```json\n(?P<answer>.*?)^```)?",
    re.MULTILINE | re.DOTALL,
)


def shows(wanted: Any, got: Any) -> bool:
    """Whether an answer holds what the page shows; `...` stands for anything."""
    if wanted == "...":
        return got is not None
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(
            name in got and shows(value, got[name]) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(got, list)
            and len(wanted) <= len(got)
            and all(shows(w, g) for w, g in zip(wanted, got, strict=False))
        )
    return bool(wanted == got)


def test_the_steps_of_the_tutorial_work_one_after_another(empty: World) -> None:
    client = client_with(token_for(empty, "bilal"))
    known: dict[str, str] = {}
    steps = list(STEP.finditer((DOCS / "how-to" / "use-the-api.md").read_text(encoding="utf-8")))
    assert len(steps) >= 7
    for step in steps:
        path = step["path"].format(**known)
        headers = dict(line.split(": ", 1) for line in step["headers"].splitlines())
        response = client.generic(
            step["method"],
            path,
            step["body"] or "",
            content_type="application/json",
            headers=headers,
        )
        got = response.json()
        assert shows(json.loads(step["answer"]), got), f"{path}\n{json.dumps(got, indent=1)}"
        known |= {name: value for name, value in got.items() if isinstance(value, str)}


def test_the_reference_lists_every_operation_as_it_is() -> None:
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    listed = page.partition("## Operations\n")[2].strip()
    assert listed == "\n".join(listing.rows()).strip(), "put in what listing prints"


def test_every_event_is_on_the_page() -> None:
    page = (DOCS / "how-to" / "webhooks.md").read_text(encoding="utf-8")
    table = "\n".join(re.findall(r"^\| .*", page, re.MULTILINE))
    assert not [name for name in rules.EVENTS if f"`{name}`" not in table]


def test_no_two_shapes_share_a_name_in_the_document() -> None:
    """The document knows a shape by its name alone: of two it would describe one wrongly."""
    named: dict[str, set[type]] = {}

    def walk(kind: object) -> None:
        for part in get_args(kind):
            walk(part)
        if not isinstance(kind, type) or not issubclass(kind, BaseModel | Enum):
            return
        ours = kind.__module__.startswith("sojourn.")
        if ours and kind in named.setdefault(kind.__name__, set()):
            return
        if ours:
            named[kind.__name__].add(kind)
        if issubclass(kind, BaseModel):
            for field in kind.model_fields.values():
                walk(field.annotation)

    for operation in operations().values():
        for model in (*operation.models, *operation.response_models.values()):
            walk(model)
    assert len(named) > 50
    assert {name: kinds for name, kinds in named.items() if len(kinds) > 1} == {}
