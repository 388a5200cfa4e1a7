"""Pure judgements about teams and profiles."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from app.kernel.problems import N_, Problem, problem


def team_problems(values: Mapping[str, Any]) -> dict[str, Problem]:
    """A team may not stand below itself."""
    if values.get("parent") is not None and values.get("parent") == values.get("id"):
        return {"parent": problem(N_("A team cannot be its own parent."))}
    return {}


def profile_problems(values: Mapping[str, Any]) -> dict[str, Problem]:
    """The zone must be one that the IANA database knows."""
    if values.get("zone") and values["zone"] not in available_timezones():
        return {"zone": problem(N_("“%(zone)s” is not a known time zone."), zone=values["zone"])}
    return {}


def descendants(parents: Mapping[int, int | None], team: int) -> frozenset[int]:
    """`team` with all teams below it; `parents` maps team -> parent. A circle in the data ends the walk."""
    children: dict[int | None, list[int]] = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    found, waiting = {team}, [team]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)
