"""The worlds whose windows are compared: samples in which nothing changes, or a planted shift begins, and real files.

Belongs here: how each is made, until when the reference goes, where its tables are built. Does not belong here: what
descends from a shift (``descent``), verdicts (``verdicts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.asked import RAW_FOLDER, built
from ecom_assets.sample import write_sample
from ecom_assets.sample.config import Scenario
from ecom_assets.sample.drift import Drift, DriftKind
from ml_assets.definitions import families_of
from ml_assets.warehouse import Warehouse

OLIST, RETAILROCKET = "olist", "retailrocket"
# So large that sellers who sold in a month, and visitors of a week, are more than a verdict needs.
SCALES = {OLIST: 0.4, RETAILROCKET: 0.03}
# A shift begins a whole window after the reference. Where nothing changes, more windows follow.
_CUT_OFFS = {OLIST: date(2018, 2, 28), RETAILROCKET: date(2015, 7, 12)}
_SHIFTS_FROM = {OLIST: date(2018, 4, 1), RETAILROCKET: date(2015, 7, 20)}
_STEADY_CUT_OFFS = {OLIST: date(2017, 10, 31), RETAILROCKET: date(2015, 6, 28)}
# What comes later in a sample is bent by its end: surveys stop with August 2018, and orders are canceled.
_ENDS = {OLIST: date(2018, 7, 31), RETAILROCKET: date(2015, 9, 13)}
# A window that ends so many days after the first day of a shift lies behind it as a whole.
_WHOLE_DAYS = {OLIST: 27, RETAILROCKET: 6}


@dataclass(frozen=True, slots=True)
class World:
    """One world of one source.

    Attributes
    ----------
    name
        Unlike that of any other world.
    source
        Whose data.
    cut_off
        Last day of the reference.
    seed, scale, drift
        Of a sample; the shift that is planted in it, if any.
    raw
        Landing folder of real files in place of a sample.
    until
        Last day of the windows that are looked at; None for all.
    """

    name: str
    source: str
    cut_off: date
    seed: int = 0
    scale: float = 1.0
    drift: Drift | None = None
    raw: Path | None = None
    until: date | None = None

    def is_shifted(self, last: date) -> bool:
        """Return whether the window that ends on a day lies behind the first day of the shift as a whole."""
        if self.drift is None:
            return False
        return last >= self.drift.start + timedelta(days=_WHOLE_DAYS[self.source])


def steady_worlds(seeds: Sequence[int]) -> list[World]:
    """Return samples of both sources in which nothing changes, one of each for each seed."""
    return [
        World(f"{source}_steady_{seed}", source, _STEADY_CUT_OFFS[source], seed, SCALES[source], until=_ENDS[source])
        for seed in seeds
        for source in SCALES
    ]


def shifted_worlds(seeds: Sequence[int]) -> list[World]:
    """Return samples of both sources with a planted shift of each kind, in worlds in which nothing else changes."""
    return [
        World(
            f"{source}_{kind}_{seed}",
            source,
            _CUT_OFFS[source],
            seed,
            SCALES[source],
            Drift(kind, _SHIFTS_FROM[source]),
            until=_ENDS[source],
        )
        for seed in seeds
        for source in SCALES
        for kind in DriftKind
    ]


def real_worlds(raw: Path) -> list[World]:
    """Return the sources of a landing folder of real files."""
    return [World(f"{source}_real", source, _CUT_OFFS[source], raw=raw) for source in SCALES]


@contextmanager
def warehouse_of(world: World) -> Iterator[Warehouse]:
    """Build the tables of a world that its models are watched by, and give them for as long as wanted.

    Parameters
    ----------
    world
        The world; a sample is written first.

    Raises
    ------
    LoadError
        If real files cannot be used as they are.
    ecom_assets.comparison.builds.BuildError
        If dbt fails.
    """
    tables = dict.fromkeys(table for family in families_of((world.source,)) for table in family.tables)
    with TemporaryDirectory(prefix="drift_windows_") as name:
        raw = world.raw if world.raw is not None else _sample(world, Path(name) / RAW_FOLDER)
        yield built(raw, Path(name) / "home", (world.source,), tables)


def _sample(world: World, out: Path) -> Path:
    """Write the sample of a world; return its landing folder."""
    write_sample(
        out, scale=world.scale, seed=world.seed, sources=(world.source,), scenario=Scenario.STEADY, drift=world.drift
    )
    return out
