"""Frameworks as one YAML file: sheet name, then a list of rows.

Every scalar is read as the text that stands there, so that `yes`, `no`, `08` and `1.10` stay what
the author wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from sojourn.framework.model import Sheet
from sojourn.language.problems import FrameworkProblems, Problem
from sojourn.language.sheets import SheetRow, Tables

# The same reader in C where PyYAML was built with it: ten times faster on a long framework.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path) -> Tables:
    """Read a YAML framework. Raises `FrameworkProblems` naming the line for what is not one."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_LOADER)
    except UnicodeDecodeError as error:
        raise _refused(path, 0, "this is not a text file in UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _refused(path, line, f"this is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise _refused(path, 0, "this is not YAML, but perhaps another kind of file") from error
    if not isinstance(root, yaml.MappingNode):
        raise _refused(path, 1, "a framework begins with sheet names such as `survey:`")
    return Tables(
        path.name, {name: list(_rows(path, name, node)) for name, node in _pairs(path, root)}
    )


def write(sheets: Mapping[str, Sheet], path: Path) -> None:
    """Write the tables as YAML that reads back to the same tables."""
    plain = {name: [dict(row) for row in rows] for name, rows in sheets.items()}
    text = yaml.dump(plain, Dumper=_TextDumper, allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(text, encoding="utf-8")


class _TextDumper(yaml.SafeDumper):
    """Quotes every text that another YAML reader could take for something else than text."""


def _rows(path: Path, sheet: str, node: yaml.Node) -> Iterator[SheetRow]:
    if isinstance(node, yaml.MappingNode):  # settings may stand alone, without the list's dash
        items: list[yaml.Node] = [node]
    elif isinstance(node, yaml.SequenceNode):
        items = node.value
    elif isinstance(node, yaml.ScalarNode) and not node.value:
        items = []
    else:
        raise _refused(path, _line(node), f"sheet `{sheet}` must be a list of rows")
    for item in items:
        if not isinstance(item, yaml.MappingNode):
            raise _refused(path, _line(item), "a row must be written as `column: text` pairs")
        cells = {}
        for column, value in _pairs(path, item):
            if not isinstance(value, yaml.ScalarNode):
                raise _refused(path, _line(value), f"column `{column}` must hold text or a number")
            if value.value != "" and not _is_null(value):
                cells[column] = value.value
        yield SheetRow(sheet, _line(item), cells)


def _pairs(path: Path, node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused(path, _line(key), "a name was expected here")
        if key.value in seen:
            raise _refused(path, _line(key), f"`{key.value}` stands here twice")
        seen.add(key.value)
        yield key.value, value


def _is_null(node: yaml.ScalarNode) -> bool:
    return node.tag == "tag:yaml.org,2002:null" and node.value in ("~", "null")


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 0


def _refused(path: Path, line: int, message: str) -> FrameworkProblems:
    return FrameworkProblems(path.name, [Problem("", line, "", message)])
