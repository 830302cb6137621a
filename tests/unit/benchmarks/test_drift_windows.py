"""Windows of whole worlds: which meet, what is said of them, whether named columns descend from a planted shift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from benchmarks.drift_windows import __main__ as command
from benchmarks.drift_windows.descent import MOVED, Moved, Origin, origin
from benchmarks.drift_windows.tables import counted, delay, goal, real_table, shifted_table, steady_table
from benchmarks.drift_windows.verdicts import Judged, Moving, judged_windows
from benchmarks.drift_windows.windows import Watched, joined, watched
from benchmarks.drift_windows.worlds import SCALES, World, real_worlds, shifted_worlds, steady_worlds
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample.drift import Drift, DriftKind
from ml_assets.family.family import Family
from ml_assets.monitoring.columns import MonitoredColumn
from ml_assets.monitoring.config import DriftConfig
from ml_assets.monitoring.verdict import Verdict
from ml_assets.monitoring.window import Window
from ml_assets.warehouse import Warehouse
from tests.unit.monitoring.gate.windows import numeric, window

ROWS = 800
MONTHS = [np.datetime64(f"2017-{month:02d}") for month in range(1, 13)]
COLUMNS = (numeric("price", raw_columns=("order_items.price",)), numeric("hour", raw_columns=("events.timestamp",)))
WORLD = World("olist_test", "olist", date(2017, 12, 31), drift=Drift(DriftKind.COVARIATE, date(2018, 4, 1)))


def month(which: np.datetime64, seed: int, shift: float = 0.0, rows: int = ROWS) -> Window:
    """Return a month of two normal columns, of which one is shifted."""
    rng = np.random.default_rng(seed)
    first = which.astype("datetime64[D]")
    last = (which + 1).astype("datetime64[D]") - 1
    values = {"price": shift + rng.standard_normal(rows), "hour": rng.standard_normal(rows)}
    return window(values, period=np.full(rows, first), first=first.item(), last=last.item())


@pytest.fixture(scope="module")
def year() -> list[Window]:
    return [month(each, seed) for seed, each in enumerate(MONTHS)]


@dataclass(frozen=True)
class Watching:
    """What is watched of a model: the windows it was made with, by their last days."""

    windows: Mapping[date, Window | None]

    def window_ends(self, warehouse: Warehouse) -> tuple[date, ...]:
        return tuple(self.windows)

    def window(self, warehouse: Warehouse, last: date) -> Window | None:
        return self.windows[last]

    def columns(self, model: object) -> tuple[MonitoredColumn, ...]:
        return COLUMNS


@dataclass(frozen=True)
class Model:
    """A model of which only the watched rows are known."""

    monitored: Watching
    name: str = "model"


def split(windows: Mapping[date, Window | None], cut_off: date, until: date | None = None) -> Watched | None:
    return watched(cast(Family, Model(Watching(windows))), cast(Warehouse, None), cut_off, until)


def moving(column: str, *raw: str, effect: float = 0.4, threshold: float = 0.2) -> Moving:
    return Moving(column=column, part="location", effect=effect, threshold=threshold, raw_columns=raw)


def judged(last: str, *named: Moving, verdict: Verdict | None = None, **changed: Any) -> Judged:
    said = verdict if verdict is not None else (Verdict.DRIFT if named else Verdict.STABLE)
    values: dict[str, Any] = {
        "world": WORLD.name,
        "source": "olist",
        "model": "churn",
        "last": date.fromisoformat(last),
        "reference": "the champion's training window",
        "verdict": said,
        "reference_rows": 10_000,
        "current_rows": 900,
        "judged": 30,
        "named": named,
        "farthest": named,
    }
    return Judged(**{**values, **changed})


# -- windows -----------------------------------------------------------------------------------------------------


def test_the_reference_is_what_ends_by_the_cut_off(year: list[Window]) -> None:
    windows = {each.last: each for each in year}
    found = split(windows, date(2017, 9, 30), until=date(2017, 11, 30))
    assert found is not None
    assert (found.reference.first, found.reference.last) == (date(2017, 1, 1), date(2017, 9, 30))
    assert len(found.reference.frame) == len(found.reference.entity) == 9 * ROWS
    assert [each.last for each in found.following] == [date(2017, 10, 31), date(2017, 11, 30)]
    assert found.columns == COLUMNS


def test_a_model_without_windows_on_both_sides_is_not_watched(year: list[Window]) -> None:
    windows = {each.last: each for each in year}
    assert split(windows, date(2017, 12, 31)) is None
    assert split(windows, date(2016, 12, 31)) is None
    assert split({date(2017, 1, 31): None, date(2017, 2, 28): year[1]}, date(2017, 1, 31)) is None


def test_joined_windows_have_the_columns_of_all(year: list[Window]) -> None:
    answered = Window(year[0].frame.assign(label=1.0), year[0].entity, year[0].period, year[0].first, year[0].last)
    found = joined([answered, year[1]])
    assert list(found.frame.columns) == ["price", "hour"]
    assert list(found.frame["price"]) == [*year[0].frame["price"], *year[1].frame["price"]]
    assert list(joined([answered]).frame.columns) == ["price", "hour", "label"]
    with pytest.raises(ValueError, match="no window to join"):
        joined([])


# -- worlds ------------------------------------------------------------------------------------------------------


def test_worlds_have_names_of_their_own_and_a_shift_comes_after_the_reference() -> None:
    worlds = [*steady_worlds([1, 2]), *shifted_worlds([1, 2]), *real_worlds(Path("raw"))]
    assert len({world.name for world in worlds}) == len(worlds) == 4 + 8 + 2
    assert {world.source for world in worlds} == set(SCALES) == set(SOURCES)
    for world in worlds:
        assert (world.drift is None) == (world not in shifted_worlds([1, 2]))
        if world.drift is not None:
            assert world.cut_off < world.drift.start


def test_a_window_is_shifted_if_it_lies_behind_the_first_day_as_a_whole() -> None:
    assert not WORLD.is_shifted(date(2018, 3, 31))
    assert not WORLD.is_shifted(date(2018, 4, 15))
    assert WORLD.is_shifted(date(2018, 4, 30))
    assert not World("steady", "olist", date(2017, 12, 31)).is_shifted(date(2018, 4, 30))


# -- descent -----------------------------------------------------------------------------------------------------


def test_every_shift_of_a_source_says_which_of_its_raw_columns_move() -> None:
    assert set(MOVED) == {(source, kind) for source in SCALES for kind in DriftKind}
    for (source, _), moved in MOVED.items():
        raw = {f"{table.name}.{column.name}" for table in SOURCES[source].tables for column in table.columns}
        assert moved.planted
        assert moved.planted | moved.following <= raw
        assert not moved.planted & moved.following


def test_a_column_descends_from_what_was_planted_or_follows_or_neither() -> None:
    moved = Moved(planted=frozenset({"a.x"}), following=frozenset({"a.y"}))
    assert origin(("a.y", "a.x"), moved) is Origin.PLANTED
    assert origin(("a.y", "a.z"), moved) is Origin.FOLLOWING
    assert origin(("a.z",), moved) is Origin.NONE
    assert origin((), moved) is Origin.NONE


# -- verdicts ----------------------------------------------------------------------------------------------------


def test_a_shifted_month_is_an_alarm_that_names_its_column_and_a_quiet_one_is_none(year: list[Window]) -> None:
    following = (month(np.datetime64("2018-01"), 50), month(np.datetime64("2018-02"), 51, shift=1.0))
    windows = Watched("model", joined(year), following, COLUMNS)
    quiet, shifted = judged_windows(WORLD, windows, DriftConfig(), is_seasonal=False)
    assert (quiet.verdict, quiet.named, quiet.is_alarm) == (Verdict.STABLE, (), False)
    assert shifted.is_alarm
    assert [each.column for each in shifted.named] == ["price"]
    assert shifted.named[0].raw_columns == ("order_items.price",)
    assert shifted.farthest[0] == shifted.named[0]
    assert (shifted.last, shifted.judged, shifted.reference_rows) == (date(2018, 2, 28), 2, 12 * ROWS)


def test_real_months_meet_the_same_months_of_the_year_before_too(year: list[Window]) -> None:
    following = (month(np.datetime64("2018-01"), 50), month(np.datetime64("2019-02"), 51))
    windows = Watched("model", joined(year), following, COLUMNS)
    found = list(judged_windows(WORLD, windows, DriftConfig(), is_seasonal=True))
    # The second month lies two years behind the reference.
    assert [(each.last.year, each.reference_rows) for each in found] == [
        (2018, 12 * ROWS),
        (2018, ROWS),
        (2019, 12 * ROWS),
    ]


def test_a_month_of_few_rows_is_not_judged(year: list[Window]) -> None:
    windows = Watched("model", joined(year), (month(np.datetime64("2018-01"), 50, rows=100),), COLUMNS)
    (found,) = judged_windows(WORLD, windows, DriftConfig(), is_seasonal=False)
    assert not found.is_judged
    assert not found.is_alarm
    assert found.farthest == ()


# -- tables ------------------------------------------------------------------------------------------------------


def test_one_alarm_of_24_windows_is_allowed_and_two_are_not() -> None:
    assert [goal(1, 24), goal(2, 24), goal(2, 48), goal(1, 5), goal(0, 0)] == ["met", "missed", "met", "met", "-"]


def test_columns_are_counted_the_most_frequent_first() -> None:
    assert counted([moving("b"), moving("c"), moving("a"), moving("c")]) == "c 2, a 1, b 1"
    assert counted([]) == "-"


def test_alarms_where_nothing_changes_are_counted_of_the_judged_windows() -> None:
    rows = [judged("2018-01-31"), judged("2018-02-28", moving("price")), judged("2018-03-31", world="other")]
    rows.append(judged("2018-03-31", verdict=Verdict.INSUFFICIENT))
    assert "| churn | 2 | 1 | 3 | 1 | met | price 1 |" in steady_table(rows)


def test_the_delay_counts_shifted_windows_before_a_planted_column_is_named() -> None:
    moved = MOVED[("olist", DriftKind.COVARIATE)]
    following, planted = moving("freight", "order_items.freight_value"), moving("price", "order_items.price")
    quiet = judged("2018-04-30")
    assert delay([quiet, judged("2018-05-31", following), judged("2018-06-30", planted)], moved) == 2
    assert delay([judged("2018-04-30", planted)], moved) == 0
    assert delay([quiet], moved) is None


def test_what_was_named_after_a_shift_stands_by_its_origin() -> None:
    rows = [
        judged("2018-03-31", moving("weekday", "orders.order_status")),
        judged("2018-04-30"),
        judged("2018-05-31", moving("price", "order_items.price"), moving("weekday", "orders.order_status")),
    ]
    text = shifted_table(rows, [WORLD])
    assert "| covariate, churn | 0 | 1 of 1 | 2 | 1 | 1 | price 1 | - | weekday 1 |" in text


def test_real_windows_are_listed_with_their_reference_and_the_farthest_columns() -> None:
    rows = [
        judged("2018-03-31", moving("price", effect=-0.4)),
        judged("2018-03-31", reference="the same months of the year before"),
    ]
    lines = real_table(rows, [World("olist_real", "olist", date(2018, 2, 28), raw=Path("raw"))]).splitlines()
    assert lines[2].endswith("| training | 10,000 | 900 | drift | 1 of 30 | price location -0.40 / 0.20 |")
    assert lines[3].endswith("| same months | 10,000 | 900 | stable | 0 of 30 | - |")
    assert "2018-02-28 (olist)" in lines[-1]


# -- the command -------------------------------------------------------------------------------------------------


def test_verdicts_that_were_kept_are_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def once(world: World, config: DriftConfig) -> list[Judged]:
        made.append(world.name)
        return [judged("2018-03-31", moving("price", "order_items.price"))]

    monkeypatch.setattr(command, "verdicts_of", once)
    first = command.found_in(WORLD, tmp_path / "kept")
    assert command.found_in(WORLD, tmp_path / "kept") == first
    assert made == [WORLD.name]
    assert command.found_in(WORLD, None) == first
    assert made == [WORLD.name] * 2


def test_the_page_tells_of_real_files_only_if_there_are_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(world: World, config: DriftConfig) -> list[Judged]:
        return [judged("2018-07-31", moving("price", "order_items.price"), world=world.name, source=world.source)]

    monkeypatch.setattr(command, "verdicts_of", told)
    assert command.main(["--print-only", "--seeds", "2"]) == 0
    samples = capsys.readouterr().out
    assert command.main(["--print-only", "--seeds", "2", "--raw", str(tmp_path)]) == 0
    everything = capsys.readouterr().out
    assert "| churn | 4 | 0 | 4 | 4 | missed |" in samples
    assert "## Real files" not in samples
    assert "## Real files" in everything
    with pytest.raises(SystemExit):
        command.main(["--seeds", "0"])
