"""A broken framework ends every command in one clear message: nothing written, no traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sojourn.cli import main
from tests.cli.conftest import FRAMEWORK
from tests.language import hostile

WHOLE = FRAMEWORK.read_text(encoding="utf-8")
BROKEN: dict[str, tuple[str, str | bytes, str]] = {
    "empty": ("f.yaml", "", "a framework begins with sheet names"),
    "not yaml": ("f.yaml", "survey: [", "this is not YAML"),
    "not utf-8": ("f.yaml", b"survey: \xff\xfe", "this is not a text file in UTF-8"),
    "deep": ("f.yaml", "[" * 200_000, "a framework begins with sheet names"),
    "code": (
        "f.yaml",
        "survey: !!python/object/apply:os.getcwd []",
        "every cell is text",
    ),
    "no survey": ("f.yaml", WHOLE.replace("survey:", "surveys:"), "Did you mean `survey`?"),
    "a wrong rule": ("f.yaml", WHOLE.replace("rule: ", "rule: min() + "), "row"),
    "not a workbook": ("f.xlsx", bytes(range(256)) * 20, "or it is damaged"),
    "empty workbook": ("f.xlsx", b"", "this file is empty"),
    "old workbook": ("f.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), "save it as .xlsx"),
    "an archive": ("f.xlsx", hostile.archive({"a.txt": b"a"}), "or it is damaged"),
    "csv": ("f.xlsx", "type,name\ninteger,age\n", "is it a .csv or a .yaml file?"),
    "macros": ("f.xlsm", b"PK\x03\x04", "a framework is a .yaml or .xlsx file"),
    "gone": ("", "", "there is no such file"),
    "a folder": ("f.yaml/x", "", "there is no such file"),
}
COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "check": lambda name: ["framework", "check", name],
    "show": lambda name: ["framework", "show", name],
    "export": lambda name: ["framework", "export", name, "-o", "out.xlsx"],
    "assess": lambda name: ["assess", name, "people.csv", "-o", "out.csv"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_framework_is_refused_by_every_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    command: str,
) -> None:
    name, content, message = BROKEN[kind]
    path = tmp_path / (name or "gone.yaml")
    if name:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "people.csv").write_text("id,safe\namina,no\n")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    shown = name.split("/")[0] or "gone.yaml"
    monkeypatch.setattr(sys, "argv", ["sojourn", *COMMANDS[command](shown)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert message in told.err
    assert told.err.startswith("Error: ")
    assert "Traceback" not in told.err
    assert told.out == ""
    assert sorted(tmp_path.rglob("*")) == before
