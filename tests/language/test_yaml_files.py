"""YAML as people write it, and as somebody writes it who means harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.language import FrameworkProblems, load_tables
from tests.language import hostile

MARK = "written-by-yaml"


def read(tmp_path: Path, content: str | bytes) -> dict[str, list[dict[str, str]]]:
    path = tmp_path / "file.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    plain = load_tables(path).plain()
    return {name: [dict(row) for row in rows] for name, rows in plain.items()}


def refused(tmp_path: Path, content: str | bytes) -> str:
    with pytest.raises(FrameworkProblems) as caught:
        read(tmp_path, content)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "08", "1.10", "1e3", "2024-05-01", "0x1F", "1_000", "12:30:00", "=x", ".5"],
)
def test_every_cell_stays_the_text_that_stands_there(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, f"choices: [{{name: {text}}}]") == {"choices": [{"name": text}]}


def test_empty_cells_are_left_out(tmp_path: Path) -> None:
    assert read(tmp_path, "choices: [{a: ~, b: null, c: '', d: , e: 'null'}]") == {
        "choices": [{"e": "null"}]
    }


@pytest.mark.parametrize("begins", [b"", b"\xef\xbb\xbf", b"%YAML 1.2\n---\n", b"---\n"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\n...\n"])
def test_marks_and_line_ends_of_any_editor(tmp_path: Path, begins: bytes, ends: bytes) -> None:
    content = begins + b"survey:" + ends[:2].strip(b".") + b"- {name: a}" + ends
    assert read(tmp_path, content) == {"survey": [{"name": "a"}]}


def test_a_text_can_be_written_once_and_named(tmp_path: Path) -> None:
    content = "survey: [{label: &same Yes, hint: *same}]"
    assert read(tmp_path, content) == {"survey": [{"label": "Yes", "hint": "Yes"}]}


def test_sheets_are_known_in_capitals(tmp_path: Path) -> None:
    assert list(read(tmp_path, "SURVEY: []\n' Factors ': []\nOwn: []")) == [
        "survey",
        "factors",
        "Own",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "survey:\n\t- name: a",
            "row 2: this is not YAML: found character that cannot start any token. Indent",
        ),
        ("survey: []".encode("utf-16"), "saved as UTF-16; save it as UTF-8"),
        ("survey:\n- {label: \xe9}".encode("latin-1"), "row 2: this is not a text file in UTF-8"),
        (b"PK\x03\x04...", "let the name of a workbook end in .xlsx"),
        ("survey: []\n--- {}", "row 2: `---` begins a second document"),
        ("survey: []\nSurvey: []", "row 2: `survey` stands here twice"),
        ("survey:\n- {a: 1, a: 2}", "row 2: `a` stands here twice"),
        ("survey:\n- &a {x: y}\n- *a", "row 3: `*a` can only stand for a text above"),
        ("survey:\n- {<<: *a}", "row 2: `*a` can only stand for a text above"),
        ("survey:\n- {a: [b]}", "row 2: column `a` must hold text or a number"),
        ("survey:\n- a", "row 2: a row must be written as `column: text` pairs"),
        ("? {a: b}\n: c", "row 1: a name was expected here"),
        ("", "a framework begins with sheet names"),
        ("survey:\n- {label: " + "a" * 100_001 + "}", "column label: this holds more than 100,000"),
    ],
)
def test_what_is_no_framework_is_explained_where_it_stands(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    assert message in refused(tmp_path, content)


@pytest.mark.parametrize(
    "tag",
    [
        f"!!python/object/apply:os.mkdir [{MARK}]",
        f"!!python/object/apply:os.mkdir {MARK}",
        "!!python/name:os.system x",
        "!!python/object/new:object x",
        "!!python/object/new:object {}",
        "!!binary aGVsbG8=",
        "!own x",
    ],
)
def test_nothing_in_a_file_is_ever_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "row 2" in refused(tmp_path, f"survey:\n- {{name: {tag}}}")
    assert not (tmp_path / MARK).exists()


LAUGHS = "a: &a [{x: y}]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(50))
LONG_TEXT = "a: [{x: &a '" + "z" * 90_000 + "'}]\n"
MANY_ALIASES = "".join(
    f"b{n}: [{{" + ", ".join(f"c{at}: *a" for at in range(1000)) + "}]\n" for n in range(100)
)
HURTING = {
    "lists in lists": ("[" * 1_000_000, "begins with sheet names"),
    "lists in a cell": ("survey:\n- {a: " + "[" * 1_000_000, "must hold text"),
    "rows in rows": ("{a: " * 300_000, "must hold text"),
    "dashes in dashes": ("- " * 300_000, "begins with sheet names"),
    "a billion laughs": (LAUGHS, "can only stand for a text"),
    "a text a billion times": (LONG_TEXT + MANY_ALIASES, "too much for one framework"),
    "rows without end": ("survey:\n" + "- {a: b}\n" * 250_000, "too much for one framework"),
    "columns without end": (
        "survey:\n- {" + ", ".join(f"c{n}: x" for n in range(20_000)) + "}",
        "more columns than any table",
    ),
    "documents without end": ("survey: []\n" + "--- {}\n" * 100_000, "a second document"),
    "megabytes of one word": ("a" * 21_000_000, "at most 20 MB"),
}


def test_yaml_that_is_made_to_hurt_is_refused(tmp_path: Path) -> None:
    paths = []
    for at, (content, _) in enumerate(HURTING.values()):
        paths.append(tmp_path / f"{at}.yaml")
        paths[-1].write_text(content)
    told = dict(zip(HURTING, hostile.said(*paths), strict=True))
    assert [kind for kind, (_, message) in HURTING.items() if message not in told[kind]] == []
