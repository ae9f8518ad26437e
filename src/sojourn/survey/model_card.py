"""What whoever uses a prediction has to know of the model, on one page.

After Mitchell and others (2019), Model Cards for Model Reporting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from sojourn.survey.prediction import TOO_FEW, GroupPredictor
from sojourn.survey.prediction_rows import Key
from sojourn.survey.problems import SurveyError

NOT_FOR = (
    "It says nothing of one person. It never decides about anybody, never ranks people, and is no "
    "reason to refuse, shorten or delay help. It may point to groups and areas to look at, to ask "
    "again, and to plan for."
)
_NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Table:
    """Columns and rows, as they stand on a card."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Table:
        return cls(tuple(frame.columns), tuple(frame.rows()))

    def markdown(self) -> str:
        """A Markdown table; what has no value is an en dash."""
        lines = [self.columns, tuple("---" for _each in self.columns)]
        lines += [tuple(_told(cell) for cell in row) for row in self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@dataclass(frozen=True)
class ModelCard:
    """A model for people who plan with it: what it is for, what it rests on, how well it does for
    whom. All numbers are weighted, and of sampled units that the model had not seen."""

    name: str
    purpose: str
    written: date
    outcome: str
    task: str
    estimator: str
    scikit_learn: str
    covariates: tuple[str, ...]
    rows: int
    without_outcome: int
    weight: float
    psus: int
    strata: int
    folds: int
    seed: int
    level: float
    least: int
    scores: Table
    calibration: Table
    reaches: Table
    fairness: Table
    threshold: float | None
    notes: tuple[str, ...]

    def markdown(self) -> str:
        """The card as text, without a single person in it."""
        learned = self.rows - self.without_outcome
        lines = [
            f"# {_plain(self.name)}",
            "",
            _plain(self.purpose),
            "",
            f"**Not for:** {NOT_FOR}",
            "",
            "## What it is",
            "",
            f"- Outcome: `{self.outcome}` ({_TASKS[self.task]})",
            f"- Explained by: {', '.join(f'`{_cell(name)}`' for name in self.covariates)}",
            f"- Model: `{self.estimator}`, scikit-learn {self.scikit_learn}",
            f"- Written on {self.written.isoformat()}; seed {self.seed}",
            "",
            "## What it rests on",
            "",
            f"- {self.rows} rows from {self.psus} sampled units in {self.strata} strata, standing "
            f"for {self.weight:,.0f}; {learned} of them have an outcome",
            f"- {self.folds} folds of whole sampled units within strata; weights in learning and "
            "in every number below",
            f"- Nothing is said of groups of fewer than {self.least}",
            "",
            "## How good it is",
            "",
            self.scores.markdown(),
            "",
            "What was predicted, and what came true, from the lowest predictions to the highest:",
            "",
            self.calibration.markdown(),
            "",
            f"## How far it is off, at most, for {self.level:.0%} of each group",
            "",
            _OFF[self.task],
            "",
            self.reaches.markdown(),
            "",
            "## Whether it serves all groups alike",
            "",
            self.fairness.markdown(),
            "",
            "## What to know",
            "",
            *(f"- {note}" for note in self.notes),
            "",
        ]
        return "\n".join(lines)


_TASKS = {"number": "a number", "yes_no": "yes or no; predicted is the share of yes"}
_OFF = {
    "number": "Off is the distance of what came true from what was predicted.",
    "yes_no": "Off is 1 less the probability that had been given to what came true.",
}


def model_card(
    model: GroupPredictor,
    *,
    name: str,
    purpose: str,
    by: Sequence[str],
    written: date,
    threshold: float | None = None,
    bins: int = 10,
) -> ModelCard:
    """The card of a model. `by` parts people into the groups that it is looked at for; `written` is
    the day on the card. Raises `SurveyError` without a name and a purpose."""
    if not name.strip() or not purpose.strip():
        raise SurveyError("a model card needs a name, and what the model is for in a sentence")
    told = model.reaches(by)
    reaches = Table(
        (*by, "rows", "effective", "units", "share", "off by at most"),
        tuple(
            (*each.group, each.rows, each.effective, each.psus, each.share, each.text)
            for each in told
        ),
    )
    fairness = model.fairness(by, threshold)
    return ModelCard(
        name=name.strip(),
        purpose=purpose.strip(),
        written=written,
        outcome=model.outcome,
        task=model.task.value,
        estimator=model.learner.name,
        scikit_learn=model.learner.version,
        covariates=model.names,
        rows=model.drawn.table.height,
        without_outcome=model.drawn.table.height - len(model.seen),
        weight=float(model.drawn.weight.sum()),
        psus=model.drawn.psus,
        strata=model.drawn.strata,
        folds=model.folds,
        seed=model.seed,
        level=model.level,
        least=model.least,
        scores=Table.of(model.scores()),
        calibration=Table.of(model.calibration(bins)),
        reaches=reaches,
        fairness=_together(fairness),
        threshold=threshold,
        notes=_notes(
            [_group(each.group) for each in told if each.reach is None], fairness, model, by
        ),
    )


def _together(frame: pl.DataFrame) -> Table:
    """A table in which limits stand with their number: `0.48 (0.45 to 0.52)`."""
    ends = {name for name in frame.columns if name.endswith(("_low", "_high"))}
    columns = tuple(name for name in frame.columns if name not in ends)
    rows = []
    for row in frame.rows(named=True):
        cells: list[object] = []
        for name in columns:
            low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
            known = f"{name}_low" in ends and low is not None and high is not None
            told = f"{_told(row[name])} ({_told(low)} to {_told(high)})"
            cells.append(told if known else row[name])
        rows.append(tuple(cells))
    return Table(columns, tuple(rows))


def _notes(
    short: list[str], fairness: pl.DataFrame, model: GroupPredictor, by: Sequence[str]
) -> tuple[str, ...]:
    found = [
        f"Limits are those of {model.level:.0%}; errors follow the design of the sample, with the "
        "predictions taken as given.",
        "A promise about a group holds for people like those asked, at the time of asking. It "
        "weakens when the world changes.",
    ]
    if short:
        found.append(
            f"For these groups there were not enough people to say how far the model is off: "
            f"{', '.join(short)}."
        )
    few = fairness.filter(pl.col("status") == TOO_FEW)
    if few.height:
        names = [_group(row) for row in few.select(by).rows()]
        found.append(f"Of these groups nothing is said, they are too few: {', '.join(names)}.")
    under = fairness.filter(pl.col("coverage_high") < model.level)
    if under.height:
        names = [_group(row) for row in under.select(by).rows()]
        found.append(
            f"In these groups fewer people than promised lay within reach: {', '.join(names)}."
        )
    return tuple(found)


def _group(key: Key) -> str:
    return ", ".join(_cell(part if part is not None else _NOT_KNOWN) for part in key)


def _told(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return _cell(str(value)) or "–"


def _cell(text: str) -> str:
    """Text that breaks no table and no line."""
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'")


def _plain(text: str) -> str:
    return " ".join(text.split())
