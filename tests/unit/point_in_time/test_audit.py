"""The audit's decisions: which days, what is wrong, and what the job shows or raises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_assets.commands import audit as command
from ecom_assets.comparison.outcome import Comparison, Difference, Example
from ecom_assets.environment import load_settings
from ecom_assets.point_in_time import job as job_module
from ecom_assets.point_in_time.audit import CutReport, Kind, NotAuditableError, default_cuts, problems
from ecom_assets.point_in_time.job import AuditConfig, asked_cuts, asked_kinds, audited, build_audit_job, rows_compared

DAY = date(2018, 1, 31)
MOVED = Difference("ftr_things", "amount", 3, (Example("thing_id=a", "1.0", "2.0"),))


def report(*comparisons: Comparison, kind: Kind = Kind.CUT) -> CutReport:
    return CutReport("olist", DAY, kind, comparisons)


def test_default_cuts_leave_out_the_first_dates_and_the_last() -> None:
    dates = [date(2018, 1, 7) + timedelta(weeks=number) for number in range(20)]
    cuts = default_cuts(dates)
    assert cuts == (dates[8], dates[13], dates[18])
    assert default_cuts(dates[::-1]) == cuts
    for few in ([], dates[:1], dates[:3]):
        with pytest.raises(NotAuditableError, match="too few to spread cuts over; name the cuts"):
            default_cuts(few)


def test_nothing_is_wrong_where_rows_were_compared_and_none_moved() -> None:
    assert problems([report(Comparison("ftr_things", 5, ()))]) == ""


def test_a_moved_value_an_empty_table_and_no_table_are_all_wrong() -> None:
    moved = problems([report(Comparison("ftr_things", 5, (MOVED,)))])
    assert moved.splitlines() == [
        "olist, cut at the end of 2018-01-31:",
        "ftr_things.amount differs in 3 rows",
        "  thing_id=a: whole 1.0, cut 2.0",
    ]
    empty = [report(Comparison("ftr_things", 0, ()), kind=Kind.POISONED)]
    assert "poisoned at the end of 2018-01-31: ftr_things has no row by that day" in problems(empty)
    assert problems(empty, may_be_empty={"ftr_things"}) == ""
    assert "there is no feature table" in problems([report()])


def test_the_launchpad_asks_for_sources_days_and_poison() -> None:
    both = ("olist", "retailrocket")
    assert asked_cuts(AuditConfig(), both) == {"olist": (), "retailrocket": ()}
    assert asked_cuts(AuditConfig(sources=["olist"]), both) == {"olist": ()}
    assert asked_cuts(AuditConfig(cuts={"olist": ["2018-01-31"]}), both) == {"olist": (DAY,)}
    assert asked_kinds(AuditConfig()) == (Kind.CUT,)
    assert asked_kinds(AuditConfig(poison=True)) == (Kind.CUT, Kind.POISONED)
    with pytest.raises(NotAuditableError, match="retailrocket cannot be audited; the sources in use are olist"):
        asked_cuts(AuditConfig(sources=["retailrocket"]), ("olist",))
    with pytest.raises(NotAuditableError, match="'January' is not a day like 2018-03-31"):
        asked_cuts(AuditConfig(cuts={"olist": ["January"]}), both)


@pytest.mark.parametrize(("is_moved", "code"), [(False, 0), (True, 1)])
def test_the_command_says_what_was_compared_and_what_moved(
    is_moved: bool, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ECOM_HOME", str(tmp_path))
    monkeypatch.setenv("ECOM_SOURCES", "olist")
    found = report(Comparison("ftr_things", 5, (MOVED,) if is_moved else ()))
    monkeypatch.setattr(command, "audit", lambda *_, **__: (found,))
    assert command.main(["--cut", "olist=2018-01-31"]) == code
    out = capsys.readouterr().out
    assert "olist 2018-01-31 (cut), rows compared: ftr_things 5" in out
    assert ("ftr_things.amount differs in 3 rows" in out) is is_moved
    assert ("no feature knows more" in out) is not is_moved
    assert command.main(["--cut", "retailrocket=2015-06-30"]) == 2
    assert "error: retailrocket cannot be audited" in capsys.readouterr().err


def test_a_green_audit_shows_the_rows_compared_and_a_red_one_raises_with_the_differences() -> None:
    good = [report(Comparison("ftr_things", 5, ())), report(Comparison("ftr_things", 7, ()), kind=Kind.POISONED)]
    assert rows_compared(good) == {"ftr_things": 12}
    assert audited(good)["rows compared in ftr_things"].value == 12
    assert audited(good)["builds"].value == "olist 2018-01-31 (cut), olist 2018-01-31 (poisoned)"
    with pytest.raises(dg.Failure, match=r"ftr_things\.amount differs in 3 rows") as raised:
        audited([*good, report(Comparison("ftr_things", 1, (MOVED,)))])
    assert raised.value.metadata["rows compared in ftr_things"].value == 13


@pytest.mark.parametrize("is_moved", [False, True])
def test_the_job_fails_by_what_the_audit_finds(is_moved: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Sequence[date], Sequence[Kind]]] = []

    def fake(settings: Any, source: str, cuts: Sequence[date], *, kinds: Sequence[Kind]) -> tuple[CutReport, ...]:
        asked.append((source, cuts, kinds))
        return (report(Comparison("ftr_things", 5, (MOVED,) if is_moved else ())),)

    monkeypatch.setattr(job_module, "audit", fake)
    job = build_audit_job(load_settings({"ECOM_HOME": str(tmp_path)}))
    config = {"ops": {"audit_features": {"config": {"cuts": {"olist": ["2018-01-31"]}, "poison": True}}}}
    result = job.execute_in_process(run_config=config, raise_on_error=False)
    assert result.success is not is_moved
    assert asked == [("olist", (DAY,), (Kind.CUT, Kind.POISONED))]
    if is_moved:
        [failure] = [event for event in result.all_events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
        assert "ftr_things.amount differs in 3 rows" in str(failure.step_failure_data.user_failure_data)
