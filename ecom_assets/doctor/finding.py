"""A finding: what was looked at, how it is, and what repairs it.

Belongs here: the record, its text, and what many findings come to. Does not belong here: any examination.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is: as it should be, working but to be looked at, or broken."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


_INDENT = " " * (max(map(len, State)) + 2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What it is, in a word or two.
    state
        How it is.
    words
        What was seen; never a secret.
    repair
        What to do; nothing only where all is well.
    """

    name: str
    state: State
    words: str
    repair: str = ""

    def __post_init__(self) -> None:
        """Refuse a complaint that leaves people alone.

        Raises
        ------
        ValueError
            If something is not well and no repair is named.
        """
        if self.state is not State.OK and not self.repair:
            raise ValueError(f"the finding on {self.name} is a {self.state} and names no repair; name one")

    def __str__(self) -> str:
        """Return it for people, the repair on a line of its own."""
        line = f"{self.state:<{len(_INDENT)}}{self.name}: {self.words}"
        return f"{line}\n{_INDENT}repair: {self.repair}" if self.repair else line


def ok(name: str, words: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(name, State.OK, words)


def warning(name: str, words: str, repair: str) -> Finding:
    """Return a finding that something works, and should be looked at all the same."""
    return Finding(name, State.WARNING, words, repair)


def problem(name: str, words: str, repair: str) -> Finding:
    """Return a finding that something does not work."""
    return Finding(name, State.PROBLEM, words, repair)


def problem_of(name: str, error: Exception, repair: str) -> Finding:
    """Return an error of the platform as a problem: what it says after its first semicolon is the repair.

    Parameters
    ----------
    name
        What was looked at.
    error
        What was raised.
    repair
        What to do if the error does not say.
    """
    words, _, named = " ".join(str(error).split()).partition("; ")
    return problem(name, words or type(error).__name__, named or repair)


def is_well(findings: Iterable[Finding]) -> bool:
    """Return whether none of the findings is a problem; warnings are none."""
    return all(finding.state is not State.PROBLEM for finding in findings)


def verdict(findings: Iterable[Finding]) -> str:
    """Return what the findings come to, in a line."""
    states = [finding.state for finding in findings]
    counts = ((State.PROBLEM, "problem"), (State.WARNING, "warning"))
    words = [f"{count} {word}{'' if count == 1 else 's'}" for state, word in counts if (count := states.count(state))]
    return f"{len(states)} things looked at: {' and '.join(words) or 'all is well'}"
