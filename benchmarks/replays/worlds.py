"""The worlds that are replayed: samples in which a shift begins or nothing changes, and real files.

Belongs here: how each is made, its days, what is known of it. Does not belong here: what is replayed how
(``ecom_assets.replay``), tables (``tables``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ecom_assets.environment import load_settings
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.replay.enact import replay
from ecom_assets.replay.wanted import Wanted
from ecom_assets.sample import write_sample
from ecom_assets.sample.config import Scenario
from ecom_assets.sample.drift import ConceptShift, Drift, DriftKind
from ml_assets.files import ModelFiles
from ml_assets.replay.alarms import Truth
from ml_assets.replay.page import ReplayResult

OLIST, RETAILROCKET = "olist", "retailrocket"


@dataclass(frozen=True, slots=True)
class World:
    """A past that is re-enacted.

    Attributes
    ----------
    name
        Unlike that of any other world; also of the folder in which it is replayed.
    words
        What it is, for people.
    sources
        Whose data.
    wanted
        What is replayed, and what is known of the world.
    drift
        The shift that is planted in a sample, if any.
    raw
        Landing folder of real files in place of a sample.
    """

    name: str
    words: str
    sources: tuple[str, ...]
    wanted: Wanted
    drift: Drift | None = None
    raw: Path | None = None


# So large that orders of a month, and visitors of a week, are as many as the gate's power is stated for.
_SCALES = {OLIST: 0.4, RETAILROCKET: 0.03}
_SEED = 2
_MODELS = {OLIST: ("late_delivery_handover", "churn_olist_sellers"), RETAILROCKET: ("churn_retailrocket_visitors",)}
_DAYS = {OLIST: (date(2018, 1, 31), date(2018, 7, 31)), RETAILROCKET: (date(2015, 6, 28), date(2015, 9, 13))}
_SHIFTS = {
    OLIST: Drift(DriftKind.CONCEPT, date(2018, 4, 1)),
    RETAILROCKET: Drift(DriftKind.CONCEPT, date(2015, 7, 13), concept=ConceptShift(return_odds_factor=0.1)),
}
_SHIFT_WORDS = {
    OLIST: "parcels take half as long again and sellers leave three times as fast",
    RETAILROCKET: "the odds of another visit are a tenth",
}


def sample_worlds() -> list[World]:
    """Return a sample of each source with a planted shift, and its twin in which nothing changes."""
    shifted = [
        _sample(source, "shift", f"from {drift.start} on {_SHIFT_WORDS[source]}", drift, Truth(shift_from=drift.start))
        for source, drift in _SHIFTS.items()
    ]
    steady = [_sample(source, "steady", "nothing changes", None, Truth(is_steady=True)) for source in _SHIFTS]
    return [*shifted, *steady]


def _sample(source: str, kind: str, words: str, drift: Drift | None, truth: Truth) -> World:
    since, until = _DAYS[source]
    return World(
        name=f"{source}_{kind}",
        words=f"sample of {source}, scale {_SCALES[source]}: {words}",
        sources=(source,),
        wanted=Wanted(models=_MODELS[source], since=since, until=until, truth=truth),
        drift=drift,
    )


def real_world(raw: Path) -> World:
    """Return the real files of a landing folder, replayed as ``make replay`` does without arguments."""
    return World("real", "real files", tuple(SOURCES), Wanted(), raw=raw)


def replayed(world: World, home: Path, say: Callable[[str], None]) -> ReplayResult:
    """Replay a world in a folder of its own, or go on with what was broken off there, and return what it found.

    Parameters
    ----------
    world
        The world.
    home
        Folder of all worlds.
    say
        Is told of each day, and in which world.
    """
    raw = world.raw or home / f"{world.name}_raw"
    if not raw.exists():
        ModelFiles.replace_folder(raw, lambda folder: _write(world, folder))
    settings = load_settings(
        {
            "ECOM_HOME": str(home / f"{world.name}_platform"),
            "ECOM_RAW_DIR": str(raw),
            "ECOM_SOURCES": ",".join(world.sources),
        }
    )
    page = replay(settings, world.wanted, home / world.name, lambda words: say(f"{world.name}: {words}"))
    return ReplayResult.model_validate_json(page.with_suffix(".json").read_bytes())


def _write(world: World, out: Path) -> None:
    [source] = world.sources
    write_sample(
        out,
        scale=_SCALES[source],
        seed=_SEED,
        sources=world.sources,
        scenario=Scenario.STEADY,
        drift=world.drift,
    )
