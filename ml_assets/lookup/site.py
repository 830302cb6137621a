"""The folder of the look-up: its page, its script, and the files of rows.

Belongs here: which files there are, and what the page is told of them. Does not belong here: what stands in a file of
rows (``texts``), how the page looks (``reports/templates``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml_assets.files import ModelFiles
from ml_assets.lookup.rows import LookedUp
from ml_assets.lookup.shards import Shards, divided
from ml_assets.lookup.subjects import Subject, column_words
from ml_assets.lookup.texts import shard_texts
from ml_assets.predictions import BANDS
from ml_assets.reports.page import rendered
from ml_assets.reports.wording import counted

PAGE, SCRIPT = "index.html", "lookup.js"
_DATA = "data"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entity with its rows.

    Attributes
    ----------
    subject
        Whom it is about.
    tables
        Their rows, table by table.
    questions
        By name of the model: what it answers, in words.
    """

    subject: Subject
    tables: Sequence[LookedUp]
    questions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WrittenKind:
    """What was written of a kind.

    Attributes
    ----------
    kind
        What they are called.
    catalogue
        What the page is told of them; None where there is nobody.
    words
        The same in a sentence.
    written
        Bytes of the files of rows.
    """

    kind: str
    catalogue: dict[str, Any] | None
    words: str
    written: int


def write_lookup(folder: Path, kinds: Iterable[Kind], most_bytes: int) -> list[WrittenKind]:
    """Write the folder anew, whole; return what was written of each kind.

    Parameters
    ----------
    folder
        Where it is to lie, in the folder of all pages.
    kinds
        Whom one can look up, asked for one after the other.
    most_bytes
        What the rows of one kind may take, as far as history does.
    """
    written: list[WrittenKind] = []

    def write(unfinished: Path) -> None:
        written.extend(_write_kind(unfinished / _DATA, kind, most_bytes) for kind in kinds)
        unfinished.mkdir(parents=True, exist_ok=True)
        (unfinished / SCRIPT).write_text(rendered("lookup.js"), encoding="utf-8")
        (unfinished / PAGE).write_text(lookup_page(written), encoding="utf-8")

    ModelFiles.replace_folder(folder, write)
    return written


def lookup_page(kinds: Sequence[WrittenKind]) -> str:
    """Return the page."""
    known = [each for each in kinds if each.catalogue is not None]
    return rendered(
        "lookup.html",
        title="Look up a score",
        kinds=known,
        catalogue={"bands": BANDS, "kinds": [each.catalogue for each in known]},
        script=SCRIPT,
    )


def _write_kind(folder: Path, kind: Kind, most_bytes: int) -> WrittenKind:
    name = kind.subject.kind
    shards = divided(kind.tables, most_bytes) if kind.tables else None
    if shards is None:
        return WrittenKind(name, None, f"no {name} was scored", 0)
    below = folder / name
    below.mkdir(parents=True)
    total = 0
    for number, text in enumerate(shard_texts(shards, kind.tables)):
        total += (below / f"{number}.js").write_text(text, encoding="utf-8")
    return WrittenKind(name, _catalogue(kind, shards), _words(name, shards, kind.tables), total)


def _words(name: str, shards: Shards, tables: Sequence[LookedUp]) -> str:
    kept = sum(len(shards.kept(table)) for table in tables)
    left_out = sum(len(table.rows) for table in tables) - kept
    said = f"{counted(len(shards.ids), name)}, {counted(kept, 'score')}"
    return f"{said}; {counted(left_out, 'earlier score')} had no room" if left_out else said


def _catalogue(kind: Kind, shards: Shards) -> dict[str, Any]:
    declared = {table.model: table for table in kind.subject.tables}
    return {
        "kind": kind.subject.kind,
        "folder": f"{_DATA}/{kind.subject.kind}",
        "files": shards.number,
        "tables": {
            table.model: {
                "question": kind.questions[table.model],
                "words": column_words(declared[table.model]),
                "days": table.days,
                "versions": table.versions,
                "features": table.features,
            }
            for table in kind.tables
        },
    }
