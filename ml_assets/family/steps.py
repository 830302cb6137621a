"""Registration and measurement: from fitted candidates to a version, and to what it is worth.

Belongs here: what a version is told apart by, and what of it is stored. Does not belong here: fitting and measuring
(the families), who serves (``gate``).
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml_assets.family.family import Family, Trained
from ml_assets.family.records import Measured, TrainingFacts
from ml_assets.files import ModelFiles, write_text
from ml_assets.monitoring.reference import frozen
from ml_assets.registry.names import CANDIDATE, CHAMPION, DAGSTER_RUN_ID, GIT_COMMIT, LEARNED_FROM, LEARNED_UNTIL
from ml_assets.registry.tracking import ModelRegistry, Version

# So many of those from whom a version learned are enough to see whether they are still there.
_MARKS = 20


def fit_and_register(
    family: Family, files: ModelFiles, registry: ModelRegistry, config: Any, code_version: str, run_id: str
) -> tuple[TrainingFacts, Trained]:
    """Fit the candidates, and register the chosen one unless the same rows, settings and code made a version before."""
    trained = family.fit(files, config, code_version, lambda: _champion(family.name, registry))
    return register_trained(family, files, registry, trained, run_id), trained


def register_trained(
    family: Family, files: ModelFiles, registry: ModelRegistry, trained: Trained, run_id: str
) -> TrainingFacts:
    """Register the chosen one of stored candidates unless it was before, and store which version it is."""
    version = register_candidate(family, files, registry, trained, trained.facts.chosen, run_id)
    facts = trained.facts.model_copy(update={"version": version.number})
    write_text(files.training_facts(family.name), facts.model_dump_json(indent=2))
    return facts


def register_candidate(
    family: Family, files: ModelFiles, registry: ModelRegistry, trained: Trained, candidate: str, run_id: str
) -> Version:
    """Return the version of a stored candidate, registered now unless it was before."""
    fingerprint = candidate_fingerprint(trained.facts, candidate)
    known = registry.find(family.name, fingerprint)
    if known is not None:
        return known
    release = trained.release(candidate)
    learned = family.monitored.learned(trained)
    with TemporaryDirectory(prefix="reference_") as scratch:
        return registry.register(
            family.name,
            files.candidates(family.name) / candidate,
            fingerprint=fingerprint,
            input_example=release.input_example,
            parameters=release.parameters,
            metrics=release.metrics,
            tags={
                **release.tags,
                CANDIDATE: candidate,
                LEARNED_UNTIL: trained.facts.learned_until.isoformat(),
                LEARNED_FROM: ",".join(some_of(entity_hashes(release.learned_from))),
                GIT_COMMIT: files.commit,
                DAGSTER_RUN_ID: run_id,
            },
            experiment=family.name,
            artifacts=None if learned is None else frozen(learned, Path(scratch)),
        )


def measure_version(family: Family, files: ModelFiles, registry: ModelRegistry, config: Any) -> Measured:
    """Measure the version that was registered last, and write the figures onto its run."""
    measured = family.measure(files, config)
    keep_measured(family, files, registry, measured)
    return measured


def keep_measured(family: Family, files: ModelFiles, registry: ModelRegistry, measured: Measured) -> None:
    """Store what was measured of the version that was registered last, and write the figures onto its run."""
    path = files.evaluation(family.name)
    write_text(path, measured.record.model_dump_json(indent=2))
    version = newest_version(family.name, files, registry)
    registry.log_evaluation(version, measured.metrics, {path.name: path, **measured.artifacts})


def candidate_fingerprint(facts: TrainingFacts, candidate: str) -> str:
    """Return what tells a candidate from all others that were ever registered: the same rows, settings and code."""
    return f"{facts.fingerprint}-{candidate}"


def newest_version(model: str, files: ModelFiles, registry: ModelRegistry) -> Version:
    """Return the version of a model that was trained last.

    Raises
    ------
    LookupError
        If it is no longer in the registry.
    """
    facts = TrainingFacts.model_validate_json(files.training_facts(model).read_text())
    version = registry.find(model, candidate_fingerprint(facts, facts.chosen))
    if version is None:
        raise LookupError(f"version {facts.version} of {model} is not in the registry; materialise the model again")
    return version


def _champion(model: str, registry: ModelRegistry) -> Any:
    version = registry.aliased(model, CHAMPION)
    return None if version is None else registry.load(version)


def entity_hashes(names: pd.Series[Any]) -> npt.NDArray[np.str_]:
    """Return a hash of each entity that is named, in order; it says nothing of who they are."""
    return np.sort(pd.util.hash_array(names.astype(str).unique().astype(object))).astype(np.str_)


def some_of(hashes: npt.NDArray[np.str_]) -> list[str]:
    """Return a few of the hashes, by which data are told from other data, always the same ones."""
    return [str(each) for each in hashes[np.linspace(0, len(hashes) - 1, min(len(hashes), _MARKS)).astype(np.intp)]]
