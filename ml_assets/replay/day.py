"""A day of a replay: what is the same for every policy, made once, when the first of them asks.

Belongs here: the tables of the day, the training of the day, what a version says of its rows. Does not belong here:
what a policy does (``step``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from ml_assets.classification.family import MeasurementConfig, QuestionFamily
from ml_assets.config import ScoringConfig, SplitConfig, TrainingConfig
from ml_assets.family.family import Trained
from ml_assets.family.records import Answers, Measured
from ml_assets.files import ModelFiles
from ml_assets.monitoring.comparison import Compared, ComparisonConfig, NotCompared, compare
from ml_assets.registry.names import FINGERPRINT
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.warehouse import Warehouse

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the past.

    Attributes
    ----------
    day
        The day, at whose end everything happens.
    past
        Tables as they were built from what was known at its end.
    files
        Where the training of the day leaves its files.
    code_version
        Of the code that decides what models become.
    periods
        The newest periods whose rows are scored: those since the step before.
    training
        Settings of a training.
    """

    day: date
    past: Warehouse
    files: ModelFiles
    code_version: str
    periods: int = 1
    training: TrainingConfig = field(default_factory=TrainingConfig)
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def trained(self, family: QuestionFamily) -> Trained:
        """Return the candidates that are fitted to what was known; their files are in ``files``."""
        return self._once(("trained", family.name), lambda: self._fitted(family))

    def hand_over(self, family: QuestionFamily, files: ModelFiles) -> None:
        """Give the files of the day's training to a policy, for whom they are as if it had trained by itself."""
        made = self.files.work_dir / family.name
        files.work_dir.mkdir(parents=True, exist_ok=True)
        # Whoever writes one of these files again puts another in its place: links do.
        files.replace_folder(
            files.work_dir / family.name, lambda folder: shutil.copytree(made, folder, copy_function=os.link)
        )

    def measured(self, family: QuestionFamily, files: ModelFiles, config: MeasurementConfig) -> Measured:
        """Return what the training of the day is worth, under the version's number of whoever asked first.

        Parameters
        ----------
        family
            The model.
        files
            Of a policy to whom the training was handed over, and which has registered it.
        config
            Settings.
        """
        return self._once(("measured", family.name), lambda: family.measure(files, config))

    def answers(self, family: QuestionFamily, registry: ModelRegistry, version: Version) -> Answers:
        """Return what a version answers to the newest rows."""
        config = ScoringConfig(periods=self.periods)
        rows = self._once(("rows", family.name), lambda: family.rows_to_score(self.past, config))
        return self._once(
            ("answers", version.tags[FINGERPRINT]),
            lambda: family.answers(registry.load(version), rows, self.files, config),
        )

    def compared(self, family: QuestionFamily, registry: ModelRegistry, champion: Version) -> Compared | NotCompared:
        """Return the newest window beside the rows that a champion learned from."""
        found: Compared | NotCompared = self._once(
            ("compared", champion.tags[FINGERPRINT]), lambda: compare(family, self.past, registry, ComparisonConfig())
        )
        # The same version has another number in the registry of another policy.
        return replace(found, champion=champion)

    def _fitted(self, family: QuestionFamily) -> Trained:
        family.make_training_set(self.past, self.files, SplitConfig())
        return family.fit(self.files, self.training, self.code_version, lambda: None)

    def _once(self, name: Hashable, make: Callable[[], _T]) -> _T:
        if name not in self._made:
            self._made[name] = make()
        made: _T = self._made[name]
        return made
