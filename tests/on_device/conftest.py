"""A phone without a network: JavaRosa, from the jar that comes with pyxform, filling in forms.

A small Java program beside this file drives it; it is compiled once for a test run.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pyxform

JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
SOURCE = Path(__file__).with_name("Phone.java")

Texts = Mapping[str, str]
Inner = Mapping[tuple[str, str], Sequence[Texts]]
"""The rows of repeats within repeats, by their name and the row around them."""


@dataclass(frozen=True)
class Filled:
    """What a form holds in the end, by name and row (0 is the unit, `2.1` the first row within the
    second one), and what it does not show."""

    texts: dict[tuple[str, int | str], str] = field(default_factory=dict)
    hidden: set[tuple[str, int | str]] = field(default_factory=set)

    def __getitem__(self, name: str) -> str:
        return self.texts[name, 0]

    def shows(self, name: str) -> bool:
        """Whether a question or note is there to be seen."""
        return (name, 0) in self.texts and (name, 0) not in self.hidden


class Phone:
    """Fills in forms, one after the other. `java` is the command that runs Java."""

    def __init__(self, process: subprocess.Popen[str], java: str) -> None:
        self.process, self.java = process, java

    def fill(
        self,
        xform: str,
        answers: Texts,
        rows: Mapping[str, Sequence[Texts]] | None = None,
        inner: Inner | None = None,
    ) -> Filled:
        """Answer a form's questions in their order; raises what the form engine raises."""
        lines = [f"FORM {_encoded(xform)}"]
        lines += [f"ANSWER {name} 0 {_encoded(text)}" for name, text in answers.items() if text]
        outer = {(roster, "0"): given for roster, given in (rows or {}).items()}
        for (roster, around), given in {**outer, **(inner or {})}.items():
            lines.append(f"ROWS {roster} {around} {len(given)}")
            for number, row in enumerate(given, start=1):
                at = row_within(around, number)
                lines += [f"ANSWER {n} {at} {_encoded(text)}" for n, text in row.items() if text]
        self._say([*lines, "DONE"])
        return self._hear()

    def _say(self, lines: list[str]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n".join(lines) + "\n")
        self.process.stdin.flush()

    def _hear(self) -> Filled:
        assert self.process.stdout is not None
        filled, refused = Filled(), ""
        for line in self.process.stdout:
            if line == ".\n":
                if refused:
                    raise RuntimeError(refused)
                return filled
            name, row, text = line.rstrip("\n").split("\t")
            if name == "!":
                refused = text
                continue
            key = name.removeprefix("hidden "), row if "." in row else int(row)
            filled.texts[key] = text
            if name.startswith("hidden "):
                filled.hidden.add(key)
        raise RuntimeError("the form engine ended")


def row_within(around: str, number: int) -> str:
    """How a row is called that stands in another, or in the unit."""
    return str(number) if around == "0" else f"{around}.{number}"


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="session")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    java, javac = shutil.which("java"), shutil.which("javac")
    if java is None or javac is None:
        pytest.skip(
            "no Java compiler on this machine "
            "(Debian, Ubuntu: apt-get install default-jdk-headless)"
        )
    classes = tmp_path_factory.mktemp("phone")
    subprocess.run([javac, "-cp", str(JAR), "-d", str(classes), str(SOURCE)], check=True)
    command = [java, "-Duser.timezone=America/Bogota", "-cp", f"{JAR}:{classes}", "Phone"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield Phone(process, java)
        process.terminate()
