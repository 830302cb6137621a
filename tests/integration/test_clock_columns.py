"""In a world in which nothing changes no feature of a panel wanders off, but for those that are declared to do so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import rankdata

from ecom_assets.sample import write_sample
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.churn.questions import QUESTIONS
from ml_assets.classification.panel import Panel, in_order, panel_of
from ml_assets.classification.question import Period, Question
from tests.conftest import Home

pytestmark = pytest.mark.slow

FloatArray = npt.NDArray[np.float64]
SCALE = 0.12
# By so many standard deviations nothing differs by chance: a third of the periods has 1,500 rows or more.
_WANDERS = 0.25
# What the generator itself lets change with the calendar, whatever world is asked for.
_OF_THE_CALENDAR = {"commented_review_share": "Reviews have titles from spring 2018 on."}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> DuckDBWarehouse:
    """Return the warehouse of a world in which every day is like any other, and nobody like nobody else."""
    folder: Path = tmp_path_factory.mktemp("stationary")
    write_sample(folder / "raw", scale=SCALE, seed=3, sources=("olist", "retailrocket"), is_null=True)
    home = Home(path=folder / "home", raw_dir=folder / "raw")
    result = home.run_warehouse()
    assert result.returncode == 0, result.stdout + result.stderr
    return DuckDBWarehouse(path=str(home.settings().duckdb_path))


def watched(question: Question, warehouse: DuckDBWarehouse) -> Panel:
    """Return the watched rows of a question, of periods that have half a year of orders, or a month of clicks, behind.

    Windows of features reach back as far.
    """
    panel = panel_of(question, in_order(question, warehouse.read(question.table, where=question.where)))
    assert question.watched is not None
    panel = panel.take(question.watched.rows(panel.features))
    first, last = ("2017-07-01", "2018-07-01") if question.period is Period.MONTH else ("2015-06-07", "2015-09-06")
    return panel.take((panel.period >= np.datetime64(first)) & (panel.period <= np.datetime64(last)))


def wandering(panel: Panel) -> dict[str, dict[str, tuple[float, float]]]:
    """Return by how much the middle and the last third of the periods differ from the first, where more and more.

    A number may wander in its location, in its spread, and in how often it is missing.
    """
    thirds = np.array_split(np.unique(panel.period), 3)
    first, middle, last = (np.isin(panel.period, periods) for periods in thirds)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for name, column in panel.features.items():
        if column.dtype == object:
            continue
        values = column.to_numpy(dtype=np.float64)
        for part, scores in PARTS.items():
            near, far = (shift(scores(values[first], values[later])) for later in (middle, last))
            if abs(far) > max(_WANDERS, abs(near)) and near * far > 0:
                found.setdefault(str(name), {})[part] = (near, far)
    return found


def locations(before: FloatArray, after: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ranks of both sides among each other."""
    sides = [side[~np.isnan(side)] for side in (before, after)]
    ranks = rankdata(np.concatenate(sides))
    return ranks[: len(sides[0])], ranks[len(sides[0]) :]


def spreads(before: FloatArray, after: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far from the middle the ranks of both sides are, squared."""
    ranks = locations(before, after)
    middle = np.concatenate(ranks).mean() if sum(map(len, ranks)) else 0.0
    return (ranks[0] - middle) ** 2, (ranks[1] - middle) ** 2


def gaps(before: FloatArray, after: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return 1 where a value is missing."""
    return np.isnan(before).astype(np.float64), np.isnan(after).astype(np.float64)


PARTS: Mapping[str, Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]] = {
    "location": locations,
    "spread": spreads,
    "missing share": gaps,
}


def shift(sides: tuple[FloatArray, FloatArray]) -> float:
    """Return the difference of means in standard deviations; 0 where nothing is known."""
    if min(map(len, sides)) < 2:
        return 0.0
    deviation = np.concatenate(sides).std()
    return float((sides[1].mean() - sides[0].mean()) / deviation) if deviation else 0.0


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_what_wanders_off_is_declared(question: Question, warehouse: DuckDBWarehouse) -> None:
    found = wandering(watched(question, warehouse))
    assert set(found) - set(question.clocks) - set(_OF_THE_CALENDAR) == set(), found
    # And what is declared does.
    assert set(found) & set(question.clocks)
