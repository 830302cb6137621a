"""Figures of loading to a server: which times are held against which."""

from __future__ import annotations

from benchmarks.pipeline.goals import Verdict
from benchmarks.postgres.load import LoadTimes, load_figures, load_rows

# Two tables, two repetitions each.
MEASURED = [
    LoadTimes("raw.small", 10, whole=(2.0, 4.0), sending=(1.0, 1.0), files=(1.0, 1.0), same_rows=(1.0, 1.0)),
    LoadTimes("raw.large", 3_000, whole=(4.0, 6.0), sending=(2.0, 2.0), files=(2.0, 2.0), same_rows=(1.5, 1.5)),
]


def test_ratios_are_those_of_sums_over_tables_and_medians_over_repetitions() -> None:
    sending, whole, beside_files = load_figures(MEASURED)
    assert sending.value == 3.0 / 2.5
    assert sending.verdict is Verdict.MET
    assert whole.value == 8.0 / 2.5
    assert whole.verdict is Verdict.MISSED
    assert beside_files.value == 8.0 / 3.0
    assert beside_files.verdict is Verdict.REPORT


def test_a_line_of_a_table_has_medians_and_thousand_rows_a_second() -> None:
    assert load_rows(MEASURED)[1] == ("raw.large", "3,000", "5.00", "2.00", "1.50", "2.00", "1", "2")
