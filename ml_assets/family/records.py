"""What passes between a family and the way that all of them take.

Belongs here: the records. Does not belong here: who makes them (``family``), what is done with them (``steps``,
``gate``, ``scoring``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict

# A version that learned from nothing is older than every row.
NEVER = datetime(1970, 1, 1)

Metadata = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """A check of an asset; one that blocks is an error and stops what comes behind, another one warns."""

    name: str
    description: str
    is_blocking: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a check passes, and why."""

    passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a step shows of itself: metadata of its asset, and a judgement for each of its checks by name."""

    metadata: Metadata
    judgements: Mapping[str, Judgement] = field(default_factory=dict)


class TrainingFacts(BaseModel):
    """Which version came of a training set; a family adds what it needs to know again.

    Attributes
    ----------
    version
        Number of the version; empty until it is registered.
    fingerprint
        Of rows, settings and code: the same ones make no second version.
    learned_until
        Moment by which the newest answer was known that a candidate learned from; ``NEVER`` where nothing taught.
    chosen
        Name of the candidate that is registered.
    """

    model_config = ConfigDict(frozen=True)

    version: str = ""
    fingerprint: str
    learned_until: datetime
    chosen: str


@dataclass(frozen=True, slots=True)
class Release:
    """What the registry gets of a candidate, beside the folder that it was saved to.

    Attributes
    ----------
    input_example
        Some rows of features.
    parameters
        Settings, which may be nested.
    metrics
        Figures of the choice.
    learned_from
        Names of those from whom it learned; only hashes of a few of them are kept.
    tags
        What else is told of the version.
    """

    input_example: pd.DataFrame
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    learned_from: pd.Series[Any]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of the newest version.

    Attributes
    ----------
    record
        All of it; it is stored as JSON.
    metrics
        Figures by name, as they are logged onto the version's run.
    shown
        What the asset shows, and what its checks say.
    artifacts
        Further files for the run, by their path among its artefacts.
    """

    record: BaseModel
    metrics: Mapping[str, float]
    shown: Shown
    artifacts: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Which answers that stand already go when new ones are written, as SQL conditions that hold on every engine.

    Attributes
    ----------
    replaced
        Answers in whose place the new ones stand; one that was given at the time stays where the new ones are
        hindsight. As a rule all of them.
    dropped
        Answers that go whatever they are, such as those of somebody who is no longer known; as a rule none.
    """

    replaced: str = "true"
    dropped: str = "false"


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of a version to rows.

    Attributes
    ----------
    frame
        Columns of the table of predictions but for those that the way adds: version, moment, hindsight.
    asked_at
        Moment at which each row is asked: whoever learned until later answers with hindsight.
    judgements
        Of the family's checks of its scores, by name; if one fails nothing is written.
    standing
        Which of the answers that stand in the table already are to go; it counts only where no table lists whom is
        asked about.
    """

    frame: pd.DataFrame
    asked_at: npt.NDArray[np.datetime64]
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    standing: Standing = Standing()
