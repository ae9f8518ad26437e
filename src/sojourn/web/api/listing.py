"""The list of operations in the reference, made from the API's own description.

`python -m sojourn.web.api.listing` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator


def rows() -> Iterator[str]:
    """The list as Markdown, a table for each part of the work."""
    from sojourn.web.api.service import document

    group = ""
    for path, methods in document()["paths"].items():
        for method, each in methods.items():
            if each["tags"][0] != group:
                group = each["tags"][0]
                yield from ("", f"### {group}", "", "| operation | takes | what it does |")
                yield "|---|---|---|"
            verb = f"`{each['x-verb']}`" if each["x-verb"] else "anybody known"
            yield f"| `{method.upper()} {path}` | {verb} | {each['summary']} |"


if __name__ == "__main__":
    import django

    django.setup()
    print("\n".join(rows()).strip())  # noqa: T201 - a page is made from what it prints
