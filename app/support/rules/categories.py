"""The tree of categories: paths that people read, and no circles."""

from collections.abc import Iterable, Mapping

SEPARATOR = " / "
MOST_PATH = 400
DEEPEST = 6


def path_of(name: str, parent_path: str | None) -> str:
    """``Complaint / Product quality``: the way from the top."""
    return f"{parent_path}{SEPARATOR}{name}"[:MOST_PATH] if parent_path else name


def has_circle(start: int, parents: Mapping[int, int | None]) -> bool:
    """Whether the way up from `start` comes back to where it was."""
    seen: set[int] = set()
    at: int | None = start
    while at is not None:
        if at in seen:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def depth_of(start: int, parents: Mapping[int, int | None]) -> int:
    """How many levels there are from the top down to `start`, which lies in no circle."""
    depth, at = 1, parents.get(start)
    while at is not None:
        depth, at = depth + 1, parents.get(at)
    return depth


def with_all_below(nodes: Iterable[int], parents: Mapping[int, int | None]) -> list[int]:
    """The nodes and everything below them, each after its parent; the tree has no circles."""
    children: dict[int, list[int]] = {}
    for child, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(child)
    found: set[int] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += children.get(node, [])
    return sorted(found, key=lambda node: (depth_of(node, parents), node))
