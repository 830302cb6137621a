"""The folder of a replay: registries, scores and decisions of policies, apart from those that serve.

Belongs here: which folder may be one, where things lie in it, what was done on which day. Does not belong here: what is
done (``ml_assets.replay``), in which order (``enact``).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.files import ModelFiles, write_text
from ml_assets.registry.store import SQLITE, ensure_store
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.replay.policies import Policy
from ml_assets.replay.records import StepRecord
from ml_assets.replay.turn import Place

_PLAN = "replay_plan.json"
_STORE, _ARTIFACTS = "mlflow.db", "mlartifacts"
_DAYS = "days"
# Pages of a replay are opened as files: nobody serves them.
_NO_ADDRESS = ""


class ReplayHomeError(RuntimeError):
    """A folder cannot be the home of this replay; the message says what to do."""


class Plan(BaseModel):
    """By what one replay is told from another that must not go on in its folder.

    Attributes
    ----------
    files
        Fingerprint of the landed files.
    code
        Of the code that decides what models become.
    days
        The days of each source.
    """

    model_config = ConfigDict(frozen=True)

    files: str
    code: str
    days: Mapping[str, tuple[date, ...]]


@dataclass(frozen=True, slots=True)
class ReplayHome:
    """A folder that belongs to one replay.

    Attributes
    ----------
    folder
        The folder.
    commit
        Commit of the code that runs.
    """

    folder: Path
    commit: str

    @property
    def page(self) -> Path:
        """Where the page lies; its JSON lies beside it."""
        return self.folder / "reports" / "replay" / "index.html"

    def past(self, source: str) -> Path:
        """Return the folder in which the past of a source is landed and built."""
        return self.folder / "past" / source

    def files_of_day(self, source: str) -> ModelFiles:
        """Return where the training of a day leaves its files, whoever asks for it."""
        return self._files(self.past(source))

    def place(self, policy: Policy, model: str) -> Place:
        """Return where a policy keeps what it has of a model; it begins empty unless a day of it was recorded."""
        folder = self._folder(policy, model)
        if not self.records(policy, model):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            # A store takes seconds to make, and none to copy: it finds the artefacts of its new folder.
            shutil.copyfile(self._empty_store(), folder / _STORE)
        return Place(
            own=self.own(policy, model),
            files=self._files(folder),
            registry=ModelRegistry(f"{SQLITE}{folder / _STORE}", folder / _ARTIFACTS),
        )

    def begun_alike(self, policy: Policy, first: StepRecord) -> StepRecord:
        """Give a policy what another one has after its first day, and return the record of that day, to be kept.

        Parameters
        ----------
        policy
            Who begins; what it had before goes.
        first
            The only day of the other one.
        """
        begun = self._folder(first.policy, first.model)
        ModelFiles.replace_folder(
            self._folder(policy, first.model),
            lambda folder: shutil.copytree(begun, folder, ignore=shutil.ignore_patterns(_DAYS)),
        )
        return first.model_copy(update={"policy": policy})

    def own(self, policy: Policy, model: str) -> DuckDBWarehouse:
        """Return the scores and decisions of a policy."""
        return DuckDBWarehouse(path=str(self._folder(policy, model) / "warehouse.duckdb"))

    def record(self, done: StepRecord) -> None:
        """Keep what was done on a day; last of all, so that a day without it never happened."""
        write_text(self._record(done.policy, done.model, done.day), done.model_dump_json(indent=1))

    def records(self, policy: Policy, model: str) -> list[StepRecord]:
        """Return the days of a policy and model, the oldest first."""
        found = sorted(self._folder(policy, model).glob(f"{_DAYS}/*.json"))
        return [StepRecord.model_validate_json(path.read_text(encoding="utf-8")) for path in found]

    def _folder(self, policy: Policy, model: str) -> Path:
        return self.folder / "policies" / policy.value / model

    def _record(self, policy: Policy, model: str, day: date) -> Path:
        return self._folder(policy, model) / _DAYS / f"{day.isoformat()}.json"

    def _files(self, folder: Path) -> ModelFiles:
        return ModelFiles(folder / "models", self.page.parent.parent, _NO_ADDRESS, self.commit)

    def _empty_store(self) -> Path:
        folder = self.folder / "empty_registry"
        ensure_store(folder / _STORE, folder / _ARTIFACTS)
        return folder / _STORE


def opened_home(folder: Path, platform_home: Path, plan: Plan, commit: str) -> ReplayHome:
    """Return the home of a replay: a new one, or the one in which the same replay was broken off.

    Parameters
    ----------
    folder
        Where it is, or is to be.
    platform_home
        Where the platform keeps what serves.
    plan
        Of this replay.
    commit
        Of the code that runs.

    Raises
    ------
    ReplayHomeError
        If the folder is the platform's, holds something else, or another replay.
    """
    if folder == platform_home:
        raise ReplayHomeError(f"{folder} is the platform's own home, which no replay writes: name another folder")
    path = folder / _PLAN
    if folder.exists() and not path.exists() and any(folder.iterdir()):
        raise ReplayHomeError(f"{folder} holds something that is no replay: name a new or empty folder")
    if path.exists() and _stored(path) != plan:
        raise ReplayHomeError(
            f"{folder} holds a replay of other files, days or code: name another folder, or remove this one"
        )
    write_text(path, plan.model_dump_json(indent=1))
    return ReplayHome(folder, commit)


def _stored(path: Path) -> Plan | None:
    """Return a stored plan; None where it cannot be read, and so is another one."""
    try:
        return Plan.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError:
        return None
