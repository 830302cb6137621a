"""The tables of a past day: when they are made again, and by which settings; nothing is landed or built here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest

from ecom_assets.comparison.builds import BuildError
from ecom_assets.environment import Settings, load_settings
from ecom_assets.replay import past
from ecom_assets.replay.past import past_warehouse
from ml_assets.contract import OBSERVATION_WINDOWS, TableName

FEATURES = TableName("features", "ftr_things")
DAY, NEXT = date(2018, 1, 31), date(2018, 2, 28)
SELECTED = ["--select", "+ftr_things", "+int_observation_windows"]


class Workshop:
    """Takes the place of landing and building, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.landed: list[tuple[Path, date, tuple[str, ...], float]] = []
        self.built: list[tuple[Settings, Path, list[str]]] = []
        self.fails = False

    def land(self, raw_dir: Path, out: Path, as_of: date, sources: Sequence[str], *, max_rejected_share: float) -> None:
        out.mkdir(parents=True)
        self.landed.append((raw_dir, as_of, tuple(sources), max_rejected_share))

    def build(self, settings: Settings, raw_dir: Path, arguments: Sequence[str]) -> None:
        if self.fails:
            raise BuildError("no")
        self.built.append((settings, raw_dir, list(arguments)))


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    with patch.object(past, "write_raw_as_of", made.land), patch.object(past, "build_embedded", made.build):
        yield made


def tables_of(folder: Path, day: date = DAY, tables: Sequence[TableName] = (FEATURES, OBSERVATION_WINDOWS)) -> str:
    platform = {"ECOM_HOME": str(folder / "platform"), "ECOM_RAW_DIR": str(folder / "raw")}
    settings = load_settings({**platform, "ECOM_MAX_REJECTED_SHARE": "0.2", "ECOM_SOURCES": "olist,retailrocket"})
    return past_warehouse(settings, folder / "past", "olist", day, tables).path


def test_a_day_is_landed_from_the_platforms_files_and_built_elsewhere(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://production.test")
    monkeypatch.setenv("ECOM_DUCKDB_PATH", str(tmp_path / "production.duckdb"))
    assert tables_of(tmp_path) == str(tmp_path / "past" / "warehouse.duckdb")
    assert workshop.landed == [(tmp_path / "raw", DAY, ("olist",), 0.2)]
    [(settings, raw_dir, arguments)] = workshop.built
    assert (raw_dir, arguments) == (tmp_path / "past" / "raw", SELECTED)
    assert (settings.sources, settings.max_rejected_share) == (("olist",), 0.2)
    assert settings.mlflow_tracking_uri == f"sqlite:///{tmp_path / 'past' / 'mlflow.db'}"
    assert settings.duckdb_path == tmp_path / "past" / "warehouse.duckdb"


def test_what_stands_is_not_built_again(tmp_path: Path, workshop: Workshop) -> None:
    tables_of(tmp_path)
    tables_of(tmp_path)
    assert len(workshop.built) == 1


def test_another_day_or_other_tables_are_built_in_its_place(tmp_path: Path, workshop: Workshop) -> None:
    tables_of(tmp_path)
    tables_of(tmp_path, NEXT)
    tables_of(tmp_path, NEXT, (FEATURES,))
    tables_of(tmp_path)
    assert [day for _, day, _, _ in workshop.landed] == [DAY, NEXT, NEXT, DAY]
    assert [arguments for _, _, arguments in workshop.built] == [SELECTED, SELECTED, SELECTED[:2], SELECTED]


def test_a_build_that_failed_does_not_stand(tmp_path: Path, workshop: Workshop) -> None:
    tables_of(tmp_path)
    workshop.fails = True
    with pytest.raises(BuildError):
        tables_of(tmp_path, NEXT)
    workshop.fails = False
    # Neither the day that failed stands, nor the one whose tables it may have replaced.
    tables_of(tmp_path)
    assert len(workshop.built) == 2
