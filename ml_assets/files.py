"""Files that one step of a model leaves for the next, and for people: training sets, evaluations, pages.

Belongs here: where they lie, and writing them so that nobody ever reads half a file. Does not belong here: versions of
models (``registry``), what stands in the files.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

# Folders of the site that begin with a page of their own.
LOOKUP = "lookup"
DBT_DOCS = "dbt"
REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Folders of what is made on the way to a model, and of the pages about it.

    Attributes
    ----------
    work_dir
        Training sets and evaluations, one folder a model.
    reports_dir
        Pages for people.
    reports_url
        Address under which the pages are served.
    commit
        Commit of the code that runs, or a word that it is not known.
    elsewhere
        What else has pages of its own: addresses by the names that people know them by.
    """

    work_dir: Path
    reports_dir: Path
    reports_url: str
    commit: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def training_set(self, model: str) -> Path:
        """Return where the training set of a model lies."""
        return self.work_dir / model / "training_set.parquet"

    def training_set_facts(self, model: str) -> Path:
        """Return where it is said what the training set of a model was made from."""
        return self.work_dir / model / "training_set.json"

    def training_facts(self, model: str) -> Path:
        """Return where it is said which version came of the training set."""
        return self.work_dir / model / "training.json"

    def candidates(self, model: str) -> Path:
        """Return the folder of the fitted candidates, one folder each."""
        return self.work_dir / model / "candidates"

    def evaluation(self, model: str) -> Path:
        """Return where the evaluation of a model's newest version lies."""
        return self.work_dir / model / "evaluation.json"

    def drift_seen(self, model: str) -> Path:
        """Return where it is said what was found of a model's newest window."""
        return self.work_dir / model / "drift.json"

    def performance_seen(self, model: str) -> Path:
        """Return where it is said how a model's past scores did."""
        return self.work_dir / model / "performance.json"

    def model_card(self, model: str) -> Path:
        """Return where the page about a model lies."""
        return self.reports_dir / "models" / f"{model}.html"

    @property
    def drift_reports(self) -> Path:
        """Return the folder of the reports on windows of data, one folder a model or source."""
        return self.reports_dir / "drift"

    def drift_report(self, model: str, as_of: date) -> Path:
        """Return where the report of a window lies, by the day that it is known by; its JSON lies beside it."""
        return self.drift_reports / model / f"{as_of.isoformat()}.html"

    def quality_report(self, source: str, as_of: date) -> Path:
        """Return where the report of a source's raw data lies; its JSON lies beside it."""
        return self.drift_report(f"{source}_quality", as_of)

    @property
    def scoreboard(self) -> Path:
        """Return where the page of the scoreboard lies; its JSON lies beside it."""
        return self.reports_dir / "scoreboard.html"

    @property
    def model_lines(self) -> Path:
        """Return where it is said of each model who serves and what was decided last."""
        return self.reports_dir / "models.json"

    @property
    def lookup(self) -> Path:
        """Return the folder of the page on which scores are looked up, with the files that it asks for."""
        return self.reports_dir / LOOKUP

    @property
    def dbt_docs(self) -> Path:
        """Return where the documentation of all tables lies."""
        return self.reports_dir / DBT_DOCS / "index.html"

    @property
    def replay(self) -> Path:
        """Return where the page lies that tells how history was re-enacted, where somebody put one."""
        return self.reports_dir / REPLAY / "index.html"

    @property
    def index(self) -> Path:
        """Return where the page lies that lists all others."""
        return self.reports_dir / "index.html"

    @staticmethod
    def replace_folder(folder: Path, write: Callable[[Path], object]) -> None:
        """Let a folder be written beside its place, and put it there; a writer that is killed leaves no half of it."""
        unfinished = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
        try:
            write(unfinished)
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.replace(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def url(self, page: Path) -> str:
        """Return the address under which a page is served."""
        return f"{self.reports_url.rstrip('/')}/{page.relative_to(self.reports_dir).as_posix()}"


def write_text(path: Path, text: str) -> None:
    """Write a text file; whoever reads meanwhile sees the old one or the new one whole."""
    write_whole(path, lambda unfinished: unfinished.write_text(text, encoding="utf-8"))


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as Parquet; whoever reads meanwhile sees the old one or the new one whole."""
    write_whole(path, lambda unfinished: frame.to_parquet(unfinished, index=False))


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let a file be written under another name beside its place, then move it there in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex}")
    try:
        write(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
