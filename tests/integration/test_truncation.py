"""Features up to a day do not move, whether what came later is missing or nonsense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb
import pytest

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.point_in_time.audit import Kind, audit_build, problems
from ecom_assets.point_in_time.feature_tables import feature_tables
from tests.integration.pasts import CUTS, POISONED, Pasts

pytestmark = pytest.mark.slow

ALL_CUTS = [(source, day) for source, cuts in CUTS.items() for day in cuts]
ALL_POISONED = [(source, day) for source, cuts in POISONED.items() for day in cuts]


@pytest.mark.parametrize(("source", "day"), ALL_CUTS)
def test_features_of_the_past_are_those_that_were_known_then(
    source: str, day: date, pasts_of: Callable[[str], Pasts]
) -> None:
    pasts = pasts_of(source)
    report = audit_build(pasts.whole, pasts.past(day, Kind.CUT), source, day, Kind.CUT)
    assert problems([report]) == ""


@pytest.mark.parametrize(("source", "day"), ALL_POISONED)
def test_nonsense_after_a_day_does_not_reach_the_features_before_it(
    source: str, day: date, pasts_of: Callable[[str], Pasts]
) -> None:
    pasts = pasts_of(source)
    report = audit_build(pasts.whole, pasts.past(day, Kind.POISONED), source, day, Kind.POISONED)
    assert problems([report]) == ""


@pytest.mark.parametrize("source", SOURCES)
def test_the_builds_hold_a_future_that_could_have_leaked(source: str, pasts_of: Callable[[str], Pasts]) -> None:
    """Every table has rows after the last cut, and its rows there are other ones in a poisoned build."""
    pasts = pasts_of(source)
    day = POISONED[source][0]
    tables = feature_tables(pasts.whole.manifest, source)
    assert tables
    with duckdb.connect() as connection:
        for name, build in (("whole", pasts.whole), ("poisoned", pasts.past(day, Kind.POISONED))):
            connection.execute(f"attach '{build.path}' as {name}_build (read_only)")
        for table in tables:
            rows = [
                f"select {', '.join(table.features)} from {name}_build.features.{table.name} "
                f"where {table.as_of_column} > date '{day}' + 60"
                for name in ("whole", "poisoned")
            ]
            [(left, same)] = connection.execute(
                f"select (select count(*) from ({rows[0]})), (select count(*) from ({rows[0]} intersect {rows[1]}))"
            ).fetchall()
            assert left > 0, table.name
            assert same < 0.2 * left, table.name
