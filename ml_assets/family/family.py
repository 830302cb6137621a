"""What a kind of model has to say and do so that it can take the shared way.

Belongs here: the protocols. Does not belong here: any family (``classification.family``), what passes between a family
and the way (``records``), what is done with it (``steps``, ``gate``, ``scoring``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

import dagster as dg
import numpy as np
import pandas as pd

from ml_assets.contract import TableName
from ml_assets.family.records import Answers, Check, Measured, Metadata, Release, Shown, TrainingFacts
from ml_assets.files import ModelFiles
from ml_assets.keys import Step
from ml_assets.metrics.estimate import Estimate
from ml_assets.monitoring.monitored import Monitored
from ml_assets.predictions import PredictionTable
from ml_assets.registry.verdict import Evidence
from ml_assets.reports.scoreboard_record import ScoreboardRow
from ml_assets.reports.standing import Standing
from ml_assets.warehouse import Warehouse


class Trained(Protocol):
    """Candidates that were fitted, with the rows that they were fitted to."""

    @property
    def facts(self) -> TrainingFacts:
        """What they came of, and which one is chosen."""
        ...

    @property
    def metadata(self) -> Metadata:
        """What the asset shows of the choice."""
        ...

    def release(self, candidate: str) -> Release:
        """Return what the registry gets of a candidate."""
        ...


class Contest(Protocol):
    """The newest version before the gate, with the rows on which it meets the champion."""

    @property
    def trained(self) -> Trained:
        """The fitted candidates."""
        ...

    @property
    def rule(self) -> str:
        """Name of the candidate that serves where the rule is to serve; the chosen one if that is a rule itself."""
        ...

    @property
    def window_to(self) -> date | None:
        """Last period of the test window; None if there is none."""
        ...

    @property
    def asked_from(self) -> np.datetime64 | None:
        """First moment at which the test window is asked; None if there is no such window."""
        ...

    @property
    def entities(self) -> pd.Series[Any]:
        """Names of all whom the data know."""
        ...

    def evidence(self, comparison: int) -> Evidence:
        """Return what was measured of the version, as sure as the n-th comparison on its window must be."""
        ...

    def gain_over(self, champion: Any, comparison: int) -> Estimate | None:
        """Return by how much the version is better than a loaded champion on the same rows; None if it cannot answer.

        Parameters
        ----------
        champion
            As the registry has loaded it.
        comparison
            Which comparison on the window it is, counted from 1.
        """
        ...


class Family(Protocol):
    """One registered model, and the steps by which its kind is made.

    A step's ``config`` is of the type that ``configs`` names for it. Steps leave their files where ``ModelFiles`` says,
    and are asked again for what they left.
    """

    @property
    def name(self) -> str:
        """Name of the registered model."""
        ...

    @property
    def words(self) -> str:
        """The question that it answers, for people."""
        ...

    @property
    def source(self) -> str:
        """Source whose data it answers about."""
        ...

    @property
    def tables(self) -> tuple[TableName, ...]:
        """Tables that the training set is read from."""
        ...

    @property
    def asked(self) -> TableName:
        """Table whose rows are scored: scores of rows that are no longer in it are removed."""
        ...

    @property
    def asked_key(self) -> tuple[str, ...]:
        """Columns by which a score finds its row in that table, by the same name in both.

        None where no table lists whom is asked about; then answers say themselves which older ones stay.
        """
        ...

    @property
    def scores(self) -> PredictionTable:
        """Table of the scores."""
        ...

    @property
    def descriptions(self) -> Mapping[Step, str]:
        """What the assets of training set, model and evaluation are, in words."""
        ...

    @property
    def checks(self) -> Mapping[Step, tuple[Check, ...]]:
        """Checks of the training set and of the evaluation, and of the scores beyond their schema if there are any."""
        ...

    @property
    def configs(self) -> Mapping[Step, type[dg.Config]]:
        """Type of the config of each step; each can be made without any argument."""
        ...

    @property
    def beside(self) -> tuple[dg.AssetKey, ...]:
        """Further assets that must stand before the gate."""
        ...

    @property
    def monitored(self) -> Monitored:
        """Which of its rows are compared to see whether its world has changed."""
        ...

    def make_training_set(self, warehouse: Warehouse, files: ModelFiles, config: Any) -> Shown:
        """Store the rows that a model learns from, and say what is wrong with them."""
        ...

    def fit(self, files: ModelFiles, config: Any, code_version: str, champion: Callable[[], Any]) -> Trained:
        """Fit candidates to the stored rows, and save each into a folder of its name in ``ModelFiles.candidates``.

        Parameters
        ----------
        files, config
            Where the rows are, and the settings.
        code_version
            Part of the fingerprint.
        champion
            Loads the version that serves now, None if none does, for a kind whose versions continue one another.
        """
        ...

    def measure(self, files: ModelFiles, config: Any) -> Measured:
        """Measure the candidate that was registered last, as the stored facts name it."""
        ...

    def contest(self, files: ModelFiles, config: Any) -> Contest:
        """Return the version that was measured last as the gate sees it."""
        ...

    def rows_to_score(self, warehouse: Warehouse, config: Any) -> Any:
        """Return what is asked, in the form that ``answers`` takes: as a rule the rows of the newest periods."""
        ...

    def answers(self, model: Any, rows: Any, files: ModelFiles, config: Any) -> Answers:
        """Return what a loaded version answers to what is asked."""
        ...

    def card(self, files: ModelFiles, standing: Standing, config: Any) -> str:
        """Return the page about the version that was measured last; the config is that of the gate."""
        ...

    def scoreboard_rows(self, files: ModelFiles, serves: str) -> tuple[ScoreboardRow, ...]:
        """Return the rows of the scoreboard, the headline first, also where nothing was measured yet.

        Parameters
        ----------
        files
            Where the evaluation lies, if there is one.
        serves
            Who answers now, in words.
        """
        ...
