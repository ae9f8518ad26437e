"""Plays a guide in the browser: reads its steps in their own words, and does what they say.

In a guide, `## Monday: ...` is a day and `### Bilal: ...` says who is at work; each has a window of
their own. A numbered line is a step. In a step, **bold** is what stands on the screen, "quoted" is
what is written, *italic* is something that differs each time: a day, a file, a number. Sentences
without bold are for people alone. A sentence with bold that cannot be read is an error, and so is a
bold name that is not on the screen: both say the line of the guide.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Error, Locator, Page

from tests.browser.conftest import Visitor

SECONDS = 20
"""How long something may take to be on the screen."""

_MARK = re.compile(r'\*\*(?P<B>.+?)\*\*|"(?P<Q>[^"]+)"|(?<!\*)\*(?P<I>[^*]+)\*|`(?P<C>[^`]+)`')
_PICTURE = re.compile(r"!\[.*\]\(\S*?([\w-]+)\.png\)")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+")
_NAMES = r"[BI]\d+(?:,? (?:and )?[BI]\d+)*"
_PLACE = r"(?: (?:in|at|under|beside|below|of) (?P<place>[BI]\d+))?"

_BEFORE = re.compile(r"^(?:In|At|Under|Beside|Below) (?P<place>[BI]\d+)(?: of [^,]*)?,? ")
_CLAUSES = [
    ("attach", re.compile(r"\btake the file (?P<value>C\d+) for (?P<what>B\d+)", re.IGNORECASE)),
    ("tick", re.compile(rf"\b(?:un)?tick (?P<all>{_NAMES}){_PLACE}", re.IGNORECASE)),
    (
        "select",
        re.compile(
            r"\bchoose (?P<value>[BI]\d+) in (?P<what>B\d+)"
            r"(?: (?:at|under|beside) (?P<place>[BI]\d+))?",
            re.IGNORECASE,
        ),
    ),
    (
        "click",
        re.compile(
            rf"\b(?:open|click|choose) (?P<first>the first )?(?P<what>[BI]\d+){_PLACE}",
            re.IGNORECASE,
        ),
    ),
    ("gone", re.compile(rf"\bno longer see (?P<all>{_NAMES}){_PLACE}", re.IGNORECASE)),
    ("see", re.compile(rf"\b(?:see|sees|read|says|shows) (?:that )?(?P<all>{_NAMES}){_PLACE}")),
    # The verb is said once: "write ... in one and ... in another".
    ("write", re.compile(rf"(?P<value>[QIC]\d+) in (?P<what>B\d+){_PLACE}")),
    ("select", re.compile(r"(?P<value>B\d+) in (?P<what>B\d+)")),
    ("answer", re.compile(r"(?P<value>[BQI]\d+) to (?P<what>[BQ]\d+)")),
]


class GuideError(AssertionError):
    """The guide and the screen disagree."""


@dataclass(frozen=True)
class Step:
    """One numbered line: where it stands, whose it is, what it says. `picture` shows what is on the
    screen after it."""

    line: int
    day: str
    actor: str
    title: str
    text: str
    picture: str = ""


def steps(text: str) -> Iterator[Step]:
    """The numbered lines of a guide, in order."""
    day = actor = title = ""
    current: list[str] = []
    begun, picture = 0, ""
    for at, line in enumerate([*text.splitlines(), ""], start=1):
        if current and line.startswith("   ") and line.strip():
            if found := _PICTURE.match(line.strip()):
                picture = found[1]
            else:
                current.append(line.strip())
            continue
        if current:
            yield Step(begun, day, actor, title, " ".join(current), picture)
            current, picture = [], ""
        if line.startswith("## "):
            day, actor, title = line[3:].split(":")[0], "", ""
        elif line.startswith("### "):
            actor, _, title = line[4:].partition(": ")
        elif found := re.match(r"\d+\. (.*)", line):
            current, begun = [found[1]], at


@dataclass
class Sentence:
    """A sentence with its marked words taken out: `Click B0` and what B0 is."""

    text: str
    marks: dict[str, str]


def sentences(text: str) -> list[Sentence]:
    marks: dict[str, str] = {}

    def take(found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        name = f"{kind}{len(marks)}"
        marks[name] = found[kind]
        return name

    plain = _MARK.sub(take, text)
    return [Sentence(part, marks) for part in _SENTENCE.split(plain) if part]


Hand = Callable[["Player", str], None]


@dataclass
class Player:
    """Everybody's windows, and what was noted on the way."""

    window: Callable[[str], Visitor]
    """Opens a window for somebody who had none."""
    hands: dict[str, Hand] = field(default_factory=dict)
    """What no reading of the words can do, by the words: a code from a phone, a link by hand."""
    files: Path = Path()
    home: Path = Path()
    actor: str = ""
    windows: dict[str, Visitor] = field(default_factory=dict)
    noted: dict[str, str] = field(default_factory=dict)
    seen: str = ""
    """What was looked for last."""
    stop: Callable[[Visitor, Step], None] = lambda _visitor, _step: None
    """What is done after each step, with the window in which it was done."""

    @property
    def visitor(self) -> Visitor:
        if self.actor not in self.windows:
            self.windows[self.actor] = self.window(self.actor)
        return self.windows[self.actor]

    @property
    def page(self) -> Page:
        return self.visitor.page

    def play(self, told: Iterable[Step]) -> None:
        for step in told:
            self.actor = step.actor
            try:
                for sentence in sentences(step.text):
                    self.do(sentence)
                self.stop(self.visitor, step)
            except (Error, AssertionError) as error:
                raise GuideError(
                    f"line {step.line}, {step.day}, {step.actor}: {step.text}\n  {error}"
                ) from error

    def do(self, sentence: Sentence) -> None:
        for words, hand in self.hands.items():
            if found := re.search(words, sentence.text):
                hand(self, sentence.marks.get(found[1], "") if found.groups() else "")
                return
        if not re.search(r"\bB\d+", sentence.text) and "see I" not in sentence.text:
            return
        text, place = sentence.text, ""
        if before := _BEFORE.match(text):
            place = self.word(sentence, before["place"])
            text = text[before.end() :]
        found_any = [
            (found.start(), found.end(), verb, found)
            for verb, pattern in _CLAUSES
            for found in pattern.finditer(text)
        ]
        # Of two that begin with the same word, the more exact stands first in the table.
        done: set[str] = set()
        end = 0
        for start, stop, verb, found in sorted(found_any, key=lambda entry: entry[0]):
            if start < end:
                continue
            end = stop
            said = {name: value for name, value in found.groupdict().items() if value}
            done |= set(re.findall(r"B\d+", found[0]))
            where = self.word(sentence, said["place"]) if "place" in said else place
            getattr(self, f"_{verb}")(sentence, said, found[0], where)
        unread = set(re.findall(r"B\d+", text)) - done
        assert not unread, f"cannot read: {[sentence.marks[name] for name in unread]} in {text!r}"

    # What the words mean -------------------------------------------------------------------

    def word(self, sentence: Sentence, name: str) -> str:
        """What a mark stands for: itself, or for italics a day or what was noted."""
        value = sentence.marks[name]
        if name[0] != "I":
            return value
        if value in self.noted:
            return self.noted[value]
        if value.startswith("the year "):
            return str(day(value.removeprefix("the year ")).year)
        return str(day(value))

    def _write(self, sentence: Sentence, said: dict[str, str], _words: str, place: str) -> None:
        box = self.control(sentence.marks[said["what"]], place)
        box.fill(self.word(sentence, said["value"]))

    def _select(self, sentence: Sentence, said: dict[str, str], _words: str, place: str) -> None:
        name, value = sentence.marks[said["what"]], self.word(sentence, said["value"])
        found = self.control(name, place)
        if found.evaluate("element => element.tagName") == "SELECT":
            found.select_option(label=value)
        else:
            self._check(self.only(found.get_by_label(value, exact=True), value))

    def _answer(self, sentence: Sentence, said: dict[str, str], _words: str, _place: str) -> None:
        question, value = sentence.marks[said["what"]], self.word(sentence, said["value"])
        asked = self.page.locator(".question-container", has_text=question)
        self.until(lambda: asked.count() > 0, f"not asked: {question}")
        choices = self.page.get_by_role("radiogroup", name=re.compile(re.escape(question)))
        if choices.count():
            choices.get_by_text(value, exact=True).click()
            return
        box = asked.locator("input, textarea").first
        box.click()
        box.press_sequentially(value)
        box.press("Tab")

    def _attach(self, sentence: Sentence, said: dict[str, str], _words: str, place: str) -> None:
        file = self.files / sentence.marks[said["value"]]
        self.control(sentence.marks[said["what"]], place).set_input_files(file)

    def _tick(self, sentence: Sentence, said: dict[str, str], words: str, place: str) -> None:
        for name in re.findall(r"B\d+", said["all"]):
            box = self.control(sentence.marks[name], place)
            if words.lower().startswith("un"):
                box.uncheck()
            else:
                self._check(box)

    def _check(self, box: Locator) -> None:
        if box.evaluate("element => element.tagName") == "INPUT":
            box.check()
        else:
            box.click()

    def _click(self, sentence: Sentence, said: dict[str, str], _words: str, place: str) -> None:
        name = self.word(sentence, said["what"])
        self.thing(name, place, first="first" in said).click()
        self.page.wait_for_load_state("load")

    def _gone(self, sentence: Sentence, said: dict[str, str], _words: str, place: str) -> None:
        for name in re.findall(r"[BI]\d+", said["all"]):
            value = self.word(sentence, name)
            self.until(partial(self.hides, value, place), f"still there: {value}")

    def _see(self, sentence: Sentence, said: dict[str, str], _words: str, place: str) -> None:
        for name in re.findall(r"[BI]\d+", said["all"]):
            value = self.word(sentence, name)
            self.seen = value
            self.until(partial(self.shows, value, place), f"not to be seen: {value}")

    # Where it stands on the screen ---------------------------------------------------------

    def shows(self, words: str, place: str) -> bool:
        within = self.named(place) if place else self.page.locator("body")
        return any(plain(words) in plain(shown) for shown in within.evaluate_all(_SHOWN))

    def hides(self, words: str, place: str) -> bool:
        return not self.shows(words, place)

    def named(self, name: str) -> Locator:
        """The parts of the page that carry these words."""
        parts = self.page.locator(
            "li, tr, article, section, fieldset, details, form, dl > div, dd, .card, .field"
        )
        return parts.filter(has_text=re.compile(loose(name)))

    def parts(self, name: str) -> Iterator[Locator]:
        """Those that can be seen, the ones inside others first."""
        found = self.named(name)
        for at in reversed(found.evaluate_all(_SEEN)):
            yield found.nth(at)

    def control(self, name: str, place: str) -> Locator:
        """A field, by its label; the scope may be its group."""

        def find(within: Locator) -> list[Locator]:
            exact = re.compile(rf"^\s*{loose(name)}\s*(\(.*\))?\s*$")
            return visible(within.get_by_label(exact)) or visible(
                within.get_by_role("group", name=exact)
            )

        return self.found(find, name, place)

    def thing(self, name: str, place: str, *, first: bool) -> Locator:
        """What can be clicked: link, button, the title of something that folds. A name may be
        followed by a count, or by words for those who hear the page (`Change: the goal`)."""

        def find(within: Locator) -> list[Locator]:
            things = within.locator("a[href], button, summary")
            names = [squeezed(said) for said in things.evaluate_all(_CALLED)]
            for pattern in (
                rf"{re.escape(squeezed(name))}",
                rf"{re.escape(squeezed(name))} ?[:(\d].*",
            ):
                found = [
                    things.nth(at) for at, said in enumerate(names) if re.fullmatch(pattern, said)
                ]
                if found:
                    return found[:1] if first or same(found) else found
            return []

        return self.found(find, name, place)

    def found(self, find: Callable[[Locator], list[Locator]], name: str, place: str) -> Locator:
        """The one that is meant: in the place, else in the main part, else anywhere."""
        result: list[Locator] = []

        def look() -> bool:
            nonlocal result
            if place:
                near = (named for part in self.parts(place) if (named := find(part)))
                result = next(near, [])
                if len(result) > 1:  # a hidden word beside the visible one tells them apart
                    result = [one for one in result if plain(place) in plain(_text(one))]
            else:
                result = find(self.page.get_by_role("main")) or find(self.page.locator("body"))
            return bool(result)

        where = f" at {place}" if place else ""
        self.until(look, f"not on the screen: {name}{where}")
        assert len(result) == 1, f"{len(result)} are called {name}{where}"
        return result[0]

    def only(self, found: Locator, name: str) -> Locator:
        self.until(lambda: len(visible(found)) == 1, f"not the only one: {name}")
        return visible(found)[0]

    def until(self, holds: Callable[[], bool], else_: str) -> None:
        end = time.monotonic() + SECONDS
        while True:
            try:
                if holds():
                    return
            except Error as error:  # the page was changing just then
                if "context was destroyed" not in str(error) and "navigat" not in str(error):
                    raise
            assert time.monotonic() < end, else_
            self.page.wait_for_timeout(50)


_CALLED = """things => things.map(one =>
    one.checkVisibility() ? one.getAttribute('aria-label') ?? one.textContent : '')"""
_SEEN = "parts => parts.flatMap((part, at) => part.checkVisibility() ? [at] : [])"
_SHOWN = """parts => parts.filter(part => part.checkVisibility()).map(part => part.innerText + ' ' +
    [...part.querySelectorAll('input, textarea, select')]
    .map(box => box.tagName === 'SELECT' ? box.selectedOptions[0]?.text : box.value).join(' '))"""


def _text(one: Locator) -> str:
    return one.text_content() or ""


def visible(found: Locator) -> list[Locator]:
    return [one for one in found.all() if one.is_visible()]


def same(found: list[Locator]) -> bool:
    """Whether several links lead to one place."""
    targets = {one.get_attribute("href") for one in found}
    return len(targets) == 1 and None not in targets


def squeezed(text: str) -> str:
    """Without the invisible marks of direction, and with single spaces."""
    return " ".join(re.sub(r"[\u2066-\u2069\u200e\u200f]", "", text).split())


def plain(text: str) -> str:
    """The same however large its letters are: a heading may be written in capitals."""
    return squeezed(text).lower()


def loose(name: str) -> str:
    """A pattern for words however they are broken into lines."""
    gap = r"[\s\u2066-\u2069\u200e\u200f]+"
    return gap.join(re.escape(word) for word in name.split())


_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "fifteen": 15}
_SPANS = {"day": 1, "week": 7, "month": 30, "year": 365}


def day(words: str) -> date:
    """today, yesterday, tomorrow, "in two weeks", "two weeks ago", "5 March 1994"."""
    fixed = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if words in fixed:
        return timezone.localdate() + timedelta(fixed[words])
    if re.fullmatch(r"\d+ [A-Z][a-z]+ \d{4}", words):
        return datetime.strptime(words, "%d %B %Y").date()  # noqa: DTZ007 - a day has no zone
    found = re.fullmatch(r"(in )?(\w+) (day|week|month|year)s?( ago)?", words)
    assert found, f"no day is called {words!r}"
    number = _NUMBERS.get(found[2]) or int(found[2])
    sign = -1 if found[4] else 1
    return timezone.localdate() + timedelta(sign * number * _SPANS[found[3]])
