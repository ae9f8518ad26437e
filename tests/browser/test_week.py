"""The tutorial of a whole week, played as it is written: by everybody, day by day."""

from __future__ import annotations

import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.checks import assert_good, picture
from tests.browser.conftest import IMAGES, Demo, Visitor, serving, windows
from tests.browser.guide import Player, Step, day, steps
from tests.browser.test_sign_in import code_of
from tests.test_docs import ROOT, blocks

pytestmark = pytest.mark.browser
GUIDE = ROOT / "docs" / "tutorial" / "a-week-in-a-shelter.md"
ADDRESS = "http://localhost:8000"
"""What the command line prints where nothing else is set."""


def hand_link(player: Player, _name: str) -> None:
    """The link that is on the screen goes from hand to hand."""
    player.noted["link"] = player.page.locator("input[readonly]").first.input_value()


def follow_link(player: Player, _name: str) -> None:
    player.page.goto(player.noted["link"].replace(ADDRESS, player.visitor.address))


def six_digits(player: Player, _name: str) -> None:
    """What the app on a phone shows once it scanned the picture."""
    player.page.get_by_text("The app cannot scan?").click()
    player.page.get_by_label("Code").fill(code_of(player.page.locator("code.key").inner_text()))


def note_number(player: Player, name: str) -> None:
    found = re.search(r"\bHS-\w{4}-\w{4}\b", player.page.get_by_role("main").inner_text())
    assert found, "no number of a file is on the screen"
    player.noted[name] = found[0]


def saved(player: Player, name: str) -> None:
    """What the browser saved just now."""
    downloads = player.visitor.downloads
    player.until(lambda: bool(downloads), f"nothing was saved as {name}")
    last = downloads.pop()
    stem, ending = name.rsplit(".", 1)
    assert re.fullmatch(rf"{stem}(-\w+)?\.{ending}", last.suggested_filename), last
    assert Path(last.path()).stat().st_size, f"{name} is empty"


def go_back(player: Player, _name: str) -> None:
    player.page.go_back()


def day_passed(player: Player, _name: str) -> None:
    """What the reader waits for: a day for the next look that has passed."""
    yesterday = str(day("yesterday"))
    with closing(sqlite3.connect(player.home / "sojourn.sqlite3")) as base, base:
        base.execute(
            "UPDATE cases_case SET review_on = ? WHERE review_on = ?",
            (yesterday, str(day("today"))),
        )


HANDS = {
    r"^Wait until the day": day_passed,
    r"^Go back one page": go_back,
    r"^The browser saves (C\d+)": saved,
    r"^Hand the link": hand_link,
    r"\bthe link into the address line": follow_link,
    r"\bsix digits": six_digits,
    r"^Note the number.* as (I\d+)": note_number,
}


class Stage:
    """A shelter on its first day: the application without anybody in it, and a window for each."""

    def __init__(self, demo: Demo, home: Path, opened: ExitStack, browser: Browser) -> None:
        self.home, self.demo = home, demo
        visit = opened.enter_context(windows(browser, demo))
        self.player = Player(
            lambda _actor: first_look(visit()), hands=dict(HANDS), files=IMAGES, home=home
        )

    def type(self, commands: str) -> None:
        """What the guide has whoever runs the machine type; the last line printed is the link."""
        for line in commands.splitlines():
            if line.startswith("$ sojourn "):
                command = [sys.executable, "-m", "sojourn", *shlex.split(line)[2:]]
                done = subprocess.run(
                    command, capture_output=True, text=True, check=True, cwd=self.home.parent
                )
                self.player.noted["link"] = done.stdout.split()[-1]


def first_look(visitor: Visitor) -> Visitor:
    visitor.go("/")
    return visitor


@contextmanager
def stage(home: Path, browser: Browser) -> Iterator[Stage]:
    with serving(home, demo=False) as demo, ExitStack() as opened:
        yield Stage(demo, home, opened, browser)


SHOWN = [("Dana", "invites Bilal"), ("Bilal", "opens his account")]
"""What the guide shows for one of the colleagues and asks to do for the others."""


def whole_week() -> list[Step]:
    """The steps of the guide. "Do the same for" is done, by the lines of its table."""
    text = GUIDE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| ([\w ]+) \| ([\w ]+) \|$", text, re.MULTILINE)
    told = list(steps(text))
    _heading, first, *others = rows
    shown = [step for step in told if (step.actor, step.title) in SHOWN]
    again = []
    for row in others:
        words = {**dict(zip(first, row, strict=True)), first[0].lower(): row[0].lower()}
        for step in shown:
            actor = words.get(step.actor, step.actor)
            again.append(replace(step, text=in_other_words(step.text, words), actor=actor))
    end = told.index(shown[-1]) + 1
    return [*told[:end], *again, *told[end:]]


def in_other_words(text: str, words: dict[str, str]) -> str:
    return re.sub("|".join(map(re.escape, words)), lambda found: words[found[0]], text)


def show(player: Player) -> None:
    """Brings what a reader looks at into the middle of the screen."""
    found = player.page.get_by_text(player.seen)
    if found.count():
        found.first.evaluate("part => part.scrollIntoView({block: 'center'})")


def looked_at(player: Player, stops: set[Step], seen: set[str]) -> Callable[[Visitor, Step], None]:
    """Looks at each kind of page on which somebody's work ends, and keeps the guide's pictures."""

    def look(visitor: Visitor, step: Step) -> None:
        if step.picture:
            show(player)
            picture(visitor, step.picture)
        kind = re.sub(r"[0-9a-f-]{36}", "_", urlsplit(visitor.page.url).path)
        if step in stops and kind not in seen:
            seen.add(kind)
            # The browser notes every answer 400: a wrong entry, or somebody who is on file already.
            told = [text for text in visitor.complaints if "status of 400" not in text]
            visitor.complaints[:] = told
            expect(visitor.page.locator("[aria-busy=true]")).to_have_count(0)
            assert_good(visitor)

    return look


def test_the_week_can_be_played_as_it_is_written(browser: Browser, tmp_path: Path) -> None:
    told, seen = whole_week(), set[str]()
    stops = {one for one, then in pairwise(told) if one.title != then.title} | {told[-1]}
    with stage(tmp_path / "week", browser) as played:
        played.player.stop = looked_at(played.player, stops, seen)
        played.type(next(block.text for block in blocks(GUIDE) if block.kind == "console"))
        played.player.play(told)
    assert len(seen) > 15, "the week leads to fewer pages than it did"
