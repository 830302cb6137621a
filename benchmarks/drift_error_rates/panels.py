"""Worlds whose rows hang together: the same entities month after month, months that shift all their rows.

Belongs here: these worlds, and the gate's rates in them. Does not belong here: worlds of independent rows (``frames``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.drift_error_rates.rates import Rate
from ml_assets.monitoring.columns import ColumnKind, MonitoredColumn
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.gate import judge
from ml_assets.monitoring.window import Window

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MONTHS = 13
ROWS = 600
COLUMNS = tuple(MonitoredColumn(f"x{place}", ColumnKind.NUMERIC) for place in range(25))
# Of the latent normal columns the first stay, then come exponentials, rare ones, and those that are mostly zero.
_LOGNORMAL, _BINARY, _ZEROS = slice(10, 18), slice(18, 22), slice(22, 25)
_RARE = 1.5
_WARM_UP = 30


@dataclass(frozen=True, slots=True)
class World:
    """A stationary world of 13 months with 600 rows each, of which the last is the current window.

    Attributes
    ----------
    name
        In words.
    of_entity
        Share of the variance between rows that belongs to their entity.
    entities
        How many entities there are; each month draws its rows among them. Without any, each row has its own.
    is_heavy
        Whether some entities have far more rows than others (a Pareto law of exponent 2), or each one a month.
    shock
        Standard deviation of a month's shift, of a typical column, in units of the rows'; columns differ.
    lasting
        Correlation of a month's shift with that of the month before.
    is_shared
        Whether all columns follow the same shift, or each its own.
    shifting
        How many columns shift, each by ``shock`` exactly, while the others stay; without any, all do.
    """

    name: str
    of_entity: float = 0.0
    entities: int = 0
    is_heavy: bool = False
    shock: float = 0.0
    lasting: float = 0.0
    is_shared: bool = False
    shifting: int = 0


WORLDS = (
    World("independent rows"),
    World("the same 1,200 entities, 64 % of the variance lasting", of_entity=0.64, entities=1_200),
    World("entities of very different size", of_entity=0.5, entities=1_800, is_heavy=True),
    World("months shift by about 0.1 sd, each column its own way", shock=0.1),
    World("months shift by about 0.3 sd, each column its own way", shock=0.3),
    World("months shift by about 0.1 sd, all columns together", shock=0.1, is_shared=True),
    World("months shift by about 0.1 sd, half of it lasting", shock=0.1, lasting=0.5),
    World("months shift by 0.5 sd in three of 25 columns, not in the one that is shifted", shock=0.5, shifting=3),
    World("the same 1,200 entities, and months shift by about 0.1 sd", of_entity=0.64, entities=1_200, shock=0.1),
)


def drawn(world: World, generator: np.random.Generator, shift: float) -> tuple[Window, Window]:
    """Draw the twelve months of the reference and the current one, whose first column is shifted.

    Parameters
    ----------
    world
        Its laws.
    generator
        Source of chance.
    shift
        Of the first column, in standard deviations of its rows.
    """
    month = np.repeat(np.arange(MONTHS), ROWS)
    entity = _entities(world, generator)
    rows = generator.normal(size=(MONTHS * ROWS, len(COLUMNS))) * np.sqrt(1.0 - world.of_entity)
    if world.of_entity > 0.0:
        rows += generator.normal(size=(int(entity.max()) + 1, len(COLUMNS)))[entity] * np.sqrt(world.of_entity)
    rows += _shocks(world, generator)[month]
    rows[:, _LOGNORMAL] = np.exp(rows[:, _LOGNORMAL])
    rows[:, _BINARY] = rows[:, _BINARY] > _RARE
    rows[:, _ZEROS] = np.maximum(rows[:, _ZEROS], 0.0)
    is_current = month == MONTHS - 1
    rows[is_current, 0] += shift
    days = (np.datetime64("2017-01", "M") + month).astype("datetime64[D]")
    frame = pd.DataFrame(rows, columns=[column.name for column in COLUMNS])
    whole = Window(frame, entity, days, days[0].item(), days[-1].item())
    return tuple(whole.part(part, whole.first, whole.last) for part in (~is_current, is_current))  # type: ignore[return-value]


def false_alarms(world: World, repetitions: int, seed: int) -> Rate:
    """Return how often any column is called drifted."""
    return _counted(world, repetitions, seed, 0.0)


def detections(world: World, repetitions: int, seed: int, shift: float) -> Rate:
    """Return how often the first column is called drifted, where it is shifted by so many standard deviations."""
    return _counted(world, repetitions, seed, shift)


def _counted(world: World, repetitions: int, seed: int, shift: float) -> Rate:
    generator = np.random.default_rng(seed)
    names = {column.name for column in (COLUMNS[:1] if shift else COLUMNS)}
    hits = 0
    for _ in range(repetitions):
        verdict = judge(*drawn(world, generator, shift), COLUMNS, DriftConfig())
        hits += any(column.name in names for column in verdict.drifted)
    return Rate(hits, repetitions)


def _entities(world: World, generator: np.random.Generator) -> IntArray:
    """Return whose each row is, shape (months x rows,)."""
    if world.entities == 0:
        return np.arange(MONTHS * ROWS)
    if world.is_heavy:
        sizes = generator.pareto(2.0, size=world.entities) + 1.0
        return generator.choice(world.entities, size=MONTHS * ROWS, p=sizes / sizes.sum())
    return np.concatenate([generator.choice(world.entities, ROWS, replace=False) for _ in range(MONTHS)])


def _shocks(world: World, generator: np.random.Generator) -> FloatArray:
    """Return the shift of each column in each month, shape (months, columns)."""
    series = 1 if world.is_shared else len(COLUMNS)
    fresh = generator.normal(size=(_WARM_UP + MONTHS, series))
    shocks = fresh.copy()
    for month in range(1, len(fresh)):
        shocks[month] = world.lasting * shocks[month - 1] + np.sqrt(1.0 - world.lasting**2) * fresh[month]
    return shocks[_WARM_UP:] * _strengths(world, generator)


def _strengths(world: World, generator: np.random.Generator) -> FloatArray:
    """Return the standard deviation of each column's shift, shape (columns,)."""
    if world.shifting == 0:
        return world.shock * np.exp(0.5 * generator.normal(size=len(COLUMNS)))
    # The last of the columns that stay normal; the first is the one that is shifted besides.
    is_shifting = np.arange(len(COLUMNS)) - _LOGNORMAL.start + world.shifting
    return np.where((is_shifting >= 0) & (is_shifting < world.shifting), world.shock, 0.0)
