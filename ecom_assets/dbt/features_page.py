"""``docs/features.md``, written from dbt's YAML: every feature with its meaning, unit, window and known-at rule.

Belongs here: reading the YAML of feature tables, the page as text. Does not belong here: the descriptions themselves,
which stand beside the SQL, and the writing of files (``commands.write_features``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

_INTRODUCTION = """\
# Features

Written by `make features` from the YAML beside the models of `dbt_project/models/features`; edit there, not here.

Each row says what was known on its as-of date (or at the moment of a decision), and beside it stands the label, from
strictly after. On an as-of date all is known that happened before its midnight: the last seven days up to the 31st
begin on the 25th. "Known at" names the moment from which on the value that a feature uses is known; static tables
(products, sellers, places, the category tree) have no such moment and are taken as they are. A label is empty until its
whole horizon lies in days whose data are complete.
"""


class Role(StrEnum):
    """What a column of a feature table is for."""

    KEY = "key"
    TIME = "time"
    FEATURE = "feature"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class FeatureColumn:
    """A column of a feature table, as its YAML describes it.

    Attributes
    ----------
    role
        Whether it is part of the key, a moment, a feature or a label.
    unit, window, known_at
        In words; empty for keys and moments.
    """

    name: str
    description: str
    role: Role
    unit: str = ""
    window: str = ""
    known_at: str = ""


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """A feature table, as its YAML describes it."""

    name: str
    description: str
    columns: tuple[FeatureColumn, ...]

    def named(self, *roles: Role) -> list[FeatureColumn]:
        """Return the columns of the roles, in the table's order."""
        return [column for column in self.columns if column.role in roles]


def feature_tables(models_dir: Path, variables: Mapping[str, Any]) -> list[FeatureTable]:
    """Return the feature tables that the YAML files below a folder describe, by file.

    Parameters
    ----------
    models_dir
        Folder of the models.
    variables
        dbt's variables; where a description names one that is a number, the page shows the number.

    Raises
    ------
    ValueError
        If a column says not what the page needs to know; the message names file, column and what is missing.
    """
    tables = []
    numbers = dict(_numbers(variables))
    for path in sorted(models_dir.rglob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            columns = tuple(_column(column, numbers, f"{path.name}: {column['name']}") for column in model["columns"])
            tables.append(FeatureTable(model["name"], _shown(model["description"], numbers), columns))
    return tables


def features_page(tables: Sequence[FeatureTable]) -> str:
    """Return the page as Markdown."""
    return "\n".join([_INTRODUCTION, *(_section(table) for table in tables)])


def _numbers(variables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the variables that are numbers, as name and text; ``churn_horizon_days.sellers`` is one of several."""
    for name, value in variables.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{name}.")
        elif isinstance(value, int | float):
            yield f"{prefix}{name}", str(value)


def _column(properties: Mapping[str, Any], numbers: Mapping[str, str], place: str) -> FeatureColumn:
    meta = properties.get("config", {}).get("meta", {})
    if meta.get("role") not in set(Role):
        raise ValueError(f"{place}: config.meta.role is {meta.get('role')!r}; give one of {', '.join(Role)}")
    role = Role(meta["role"])
    needed = {Role.FEATURE: ("unit", "window", "known_at"), Role.LABEL: ("unit", "window")}.get(role, ())
    if missing := [name for name in needed if not str(meta.get(name, "")).strip()]:
        raise ValueError(f"{place}: config.meta lacks {', '.join(missing)}, which a {role} needs")
    words = {name: _shown(str(meta.get(name, "")), numbers) for name in ("unit", "window", "known_at")}
    return FeatureColumn(properties["name"], _shown(properties["description"], numbers), role, **words)


def _section(table: FeatureTable) -> str:
    key = ", ".join(f"`{column.name}`" for column in table.named(Role.KEY))
    lines = [f"## {table.name}", "", table.description, "", f"Key: {key}.", ""]
    for column in table.named(Role.TIME):
        lines.append(f"- `{column.name}`: {column.description}")
    lines += ["", "| feature | meaning | unit | window | known at |", "|---|---|---|---|---|"]
    for column in table.named(Role.FEATURE):
        lines.append(_row(f"`{column.name}`", column.description, column.unit, column.window, column.known_at))
    if labels := table.named(Role.LABEL):
        lines += ["", "| label | meaning | unit | horizon |", "|---|---|---|---|"]
        lines += [_row(f"`{label.name}`", label.description, label.unit, label.window) for label in labels]
    return "\n".join([*lines, ""])


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _shown(text: str, numbers: Mapping[str, str]) -> str:
    """Return a description on one line, with the values of the variables that it names.

    A variable of days stands for "60 days", whether or not the word follows.
    """

    def value(found: re.Match[str]) -> str:
        number = numbers.get(found["name"])
        if number is None:
            return found[0]
        return f"{number} days" if "_days" in found["name"] else f"{number}{found['days']}"

    return re.sub(r"\b(?P<name>[a-z]+(?:_[a-z]+)+(?:\.[a-z]+)?)(?P<days> days\b|)", value, " ".join(text.split()))
