"""Plain questions about pairs and links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Node = TypeVar("Node")


def joined(nodes: Iterable[Node], links: Iterable[tuple[Node, Node]]) -> list[frozenset[Node]]:
    """Nodes that links join, directly or through others; a node without a link stands alone."""
    groups: dict[Node, set[Node]] = {node: {node} for node in nodes}
    for first, second in links:
        merged = groups[first] | groups[second]
        for node in merged:
            groups[node] = merged
    return list(dict.fromkeys(frozenset(group) for group in groups.values()))
