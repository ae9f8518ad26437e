"""A small framework and small tables, written where each test can see them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

FRAMEWORK = Path(__file__).parent / "small.yaml"


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    said: str


@dataclass(frozen=True)
class Desk:
    """A folder with the framework, and the command to run in it."""

    folder: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, *arguments: str) -> Done:
        command = [sys.executable, "-m", "sojourn", *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        return Done(done.returncode, done.stdout + done.stderr)

    def assess(self, source: str, *options: str, output: str = "out.csv") -> Done:
        return self.run("assess", "small.yaml", source, "-o", output, *options)

    def lines(self, name: str = "out.csv") -> list[str]:
        return (self.folder / name).read_text().splitlines()

    def leftovers(self) -> list[str]:
        """Whatever looks like an output, finished or not."""
        return sorted(p.name for p in self.folder.iterdir() if "out" in p.name)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    shutil.copy(FRAMEWORK, tmp_path)
    return Desk(tmp_path)
