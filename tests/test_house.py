"""The house rules that no other tool looks after. Each message says what to do."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECISION = ROOT / "docs" / "decisions" / "0002-dependencies.md"
LICENCE_DIGEST = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"
"""SHA-256 of the licence as the Free Software Foundation publishes it."""

FORBIDDEN = ("/wo" + "rk/", "/tm" + "p/", "pypi" + ".org", "python" + "hosted", "npmjs" + ".org")
"""Places where this was made or fetched from. Nobody else has the first ones, and the others are
for each installation to choose."""

LONG_FILES = {
    "src/sojourn/engines/lowering.py": "every node as a table expression, in one place to compare",
    "src/sojourn/engines/telling.py": "the whole meaning of the language, in one place to read",
    "src/sojourn/language/expressions.py": "the grammar and what each of its parts builds",
    "src/sojourn/language/measures.py": "every kind of measure; they share components and policies",
    "src/sojourn/standards/runs.py": "one run from opening to writing, and what it refuses",
    "src/sojourn/standards/xpath.py": "every node as XPath, in one place to compare",
    "src/sojourn/web/accounts/access.py": "the one door, and all that it looks at",
    "src/sojourn/web/api/schemas.py": "everything that the API answers, in one place to read",
    "src/sojourn/web/cases/situation.py": "one page as values, taken from findings in one go",
    "src/sojourn/web/plans/migrations/0001_initial.py": "generated: all tables of plans at once",
    "tests/web/api_operations.py": "every operation with what it takes, in one table",
    "tests/web/test_pages.py": "every page, and what all of them promise",
    "tests/web/test_access_matrix.py": "every address with what it takes, in one table",
}
"""Python files over 500 lines, and why they are not cut. Do not add one without a reason."""


NOT_OURS = {"build", "dist", "site", "var", "src/sojourn/web/static/dist"}
"""Folders that git ignores. Those that begin with a dot are caches, but for `.ci`."""


def _is_ours(folder: Path) -> bool:
    name = folder.name
    hidden = name.startswith(".") and name != ".ci"
    return (
        not hidden and name not in ("node_modules", "__pycache__") and shown(folder) not in NOT_OURS
    )


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, in order."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if _is_ours(Path(folder, name))]
        found += [Path(folder, name) for name in names if ".sqlite3" not in name]
    return tuple(sorted(found))


def python_files() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:  # pictures and workbooks
        return ""


def lines_with(pattern: str) -> Iterator[str]:
    """Where a pattern stands in our Python files, with the whole line."""
    found = re.compile(pattern)
    for path in python_files():
        for number, line in enumerate(text_of(path).splitlines(), start=1):
            if found.search(line):
                yield f"{shown(path)}:{number}: {line.strip()}"


def test_readme_begins_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first_block = text.split("```")[1]
    assert text.index("```") < 400
    assert "make run" in first_block
    assert "make test" in first_block


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path in python_files()
        if path.name == "__init__.py"
        and "src" in path.parts
        and path.parent.name != "migrations"
        and not ast.get_docstring(ast.parse(text_of(path)))
    ]
    assert not silent, "give these packages a docstring"


def test_no_file_names_a_place_that_only_some_have() -> None:
    hits = [
        f"{shown(path)} mentions {word}"
        for path in files()
        for word in FORBIDDEN
        if word in text_of(path)
    ]
    assert not hits


def test_every_silenced_check_has_its_reason() -> None:
    silenced = r"#\s*(noqa|type:\s*ignore|nosec)"
    with_reason = re.compile(silenced + r"(:\s*[A-Z0-9, ]+|\[[\w, -]+\])\s*(-|#)\s*\w.{4,}")
    bare = [line for line in lines_with(silenced) if not with_reason.search(line)]
    assert not bare, "write the code and the reason: `# noqa: X100 - the reason`"


def test_every_skipped_test_has_its_reason() -> None:
    bare = [
        f"{shown(path)}:{call.lineno}"
        for path in python_files()
        for call in ast.walk(ast.parse(text_of(path)))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("skip", "skipif", "xfail", "importorskip")
        and not any(keyword.arg == "reason" for keyword in call.keywords)
        and not (call.func.attr in ("skip", "xfail") and call.args)
    ]
    assert not bare, "say with reason=... why a test cannot run"


def python_dependencies() -> set[str]:
    texts = [*PROJECT["dependencies"]]
    texts += [text for group in PROJECT["optional-dependencies"].values() for text in group]
    for path in (ROOT / "requirements").glob("*.in"):
        texts += [line for line in text_of(path).splitlines() if line and line[0] != "#"]
    return {re.split(r"[\[<>=~!; ]", text)[0].lower() for text in texts}


def frontend_dependencies() -> set[str]:
    package = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    return {*package.get("dependencies", {}), *package.get("devDependencies", {})}


def test_every_dependency_says_why_it_is_there() -> None:
    table = text_of(DECISION)
    unnamed = sorted(
        name
        for name in python_dependencies() | frontend_dependencies()
        if f"| `{name}` |" not in table
    )
    assert not unnamed, f"add a line for each to {shown(DECISION)}"


def test_no_dependency_is_named_that_is_not_there() -> None:
    named = set(re.findall(r"^\| `([^`]+)` \|", text_of(DECISION), flags=re.MULTILINE))
    assert not named - python_dependencies() - frontend_dependencies()


@pytest.mark.parametrize("name", ["base", "dev"])
def test_the_lock_holds_every_dependency(name: str) -> None:
    lock = text_of(ROOT / "requirements" / f"{name}.txt")
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, flags=re.MULTILINE))
    wanted = [*PROJECT["dependencies"]]
    wanted += PROJECT["optional-dependencies"]["dev"] if name == "dev" else []
    missing = {re.split(r"[\[<>=~!; ]", text)[0].lower() for text in wanted} - locked
    assert not missing, "run `make lock`"


def test_every_locked_file_has_its_hash() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=\S)", text_of(path).strip())
        assert all("--hash=sha256:" in entry for entry in entries), f"run `make lock`: {path.name}"


def test_the_changelog_knows_this_version() -> None:
    assert f"## {PROJECT['version']}" in text_of(ROOT / "CHANGELOG.md")


def test_the_licence_is_unchanged() -> None:
    found = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert found == LICENCE_DIGEST


def test_long_files_are_named_with_a_reason() -> None:
    long = {shown(p) for p in python_files() if len(text_of(p).splitlines()) > 500}
    assert not long - set(LONG_FILES), "cut the file in two, or name it in LONG_FILES with a reason"
