"""Starts a refresh of the warehouse when the landing folder has changed and come to rest.

Belongs here: the tick and its decision. Does not belong here: which assets are stale (``plan``).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from pydantic import BaseModel

from ecom_assets.automation import start_note
from ecom_assets.environment import Settings
from ecom_assets.ingestion.assets import landed_fingerprints
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.ingestion.schema import Source
from ecom_assets.keys import REFRESH_WAREHOUSE
from ecom_assets.plan import stale_assets

LANDING_FOLDER_SENSOR = "landing_folder_sensor"
_INTERVAL_SECONDS = 60


class LandingCursor(BaseModel):
    """What the sensor remembers between ticks.

    Attributes
    ----------
    handled
        Fingerprint of the folder for which a run was last requested.
    pending
        Fingerprint seen at the last tick, which has to stand still for one more.
    sequence
        How many runs were requested; keeps run keys apart when a folder returns to an earlier state.
    """

    handled: str = ""
    pending: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Outcome of a tick: either a run key or the reason for doing nothing, and the next cursor."""

    cursor: LandingCursor
    run_key: str | None = None
    skip_reason: str | None = None


def folder_fingerprint(raw_dir: Path, sources: Sequence[Source]) -> str | None:
    """Return a hash of names, sizes and times in the sources' folders, or None while one is missing.

    Contents are not read: a tick must stay cheap beside files of gigabytes. The load compares contents.
    """
    folders = [raw_dir / source.name for source in sources]
    if not all(folder.is_dir() for folder in folders):
        return None
    entries = [
        f"{folder.name}/{path.name}\0{status.st_size}\0{status.st_mtime_ns}"
        for folder in folders
        for path in sorted(folder.iterdir())
        if path.is_file() and (status := path.stat())
    ]
    return hashlib.sha256("\n".join(entries).encode()).hexdigest()


def decide(fingerprint: str | None, cursor: LandingCursor, raw_dir: Path) -> Decision:
    """Decide whether the folder as it is now calls for a run.

    A changed folder is only acted upon when two ticks in a row see the same: files may still be copied.
    """
    if fingerprint is None:
        return Decision(cursor, skip_reason=f"a source's folder in {raw_dir} does not exist; nothing can land there")
    if fingerprint == cursor.handled:
        return Decision(
            cursor.model_copy(update={"pending": fingerprint}),
            skip_reason=f"nothing has changed in {raw_dir} since run request {cursor.sequence}",
        )
    if fingerprint != cursor.pending:
        return Decision(
            cursor.model_copy(update={"pending": fingerprint}),
            skip_reason=f"{raw_dir} has changed; waiting for one more tick in case files are still arriving",
        )
    following = LandingCursor(handled=fingerprint, pending=fingerprint, sequence=cursor.sequence + 1)
    return Decision(following, run_key=f"{fingerprint[:16]}-{following.sequence}")


def build_landing_folder_sensor(settings: Settings, sources: Sequence[Source]) -> dg.SensorDefinition:
    """Return the sensor; it starts switched on only where automation is on."""

    @dg.sensor(
        name=LANDING_FOLDER_SENSOR,
        job_name=REFRESH_WAREHOUSE,
        minimum_interval_seconds=_INTERVAL_SECONDS,
        default_status=(dg.DefaultSensorStatus.RUNNING if settings.automation else dg.DefaultSensorStatus.STOPPED),
        description=(
            "Requests a refresh when files in the landing folder have changed and come to rest. "
            + start_note(is_on=settings.automation)
        ),
    )
    def landing_folder_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor = LandingCursor.model_validate_json(context.cursor or "{}")
        decision = decide(folder_fingerprint(settings.raw_dir, sources), cursor, settings.raw_dir)
        requests, reason = [], decision.skip_reason
        if decision.run_key:
            stale, reason = _stale_in_job(context, settings.raw_dir, sources)
            requests = [dg.RunRequest(run_key=decision.run_key, asset_selection=stale)] if stale else []
        return dg.SensorResult(run_requests=requests, skip_reason=reason, cursor=decision.cursor.model_dump_json())

    return landing_folder_sensor


def _stale_in_job(
    context: dg.SensorEvaluationContext, raw_dir: Path, sources: Sequence[Source]
) -> tuple[list[dg.AssetKey], str | None]:
    """Return the stale assets of the sensor's job, or none and the reason."""
    repository = context.repository_def
    if repository is None:
        raise dg.DagsterInvariantViolationError("the sensor was ticked without its code location")
    try:
        fingerprints = landed_fingerprints(raw_dir, sources)
    except LoadError as error:
        return [], f"the landing folder cannot be loaded: {error}"
    in_job = repository.get_job(REFRESH_WAREHOUSE).asset_layer.selected_asset_keys
    stale = stale_assets(context.instance, repository.asset_graph, fingerprints)
    wanted = [key for key in stale if key in in_job]
    return wanted, None if wanted else f"the files in {raw_dir} were touched, but hold what is loaded already"
