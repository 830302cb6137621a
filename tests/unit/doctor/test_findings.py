"""What is judged from plain facts: each look that goes well, and each that does not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecom_assets.doctor.finding import Finding, State, is_well, ok, problem, problem_of, verdict, warning
from ecom_assets.doctor.history import Left, pool_finding, queue_finding, run_finding, switch_finding
from ecom_assets.doctor.landing import landing_findings
from ecom_assets.doctor.machine import clock_finding, disk_finding, home_finding, size_of, zone_finding
from ecom_assets.doctor.models import champion_finding
from ecom_assets.doctor.software import locked_versions, package_finding, program_findings, python_finding
from ecom_assets.doctor.variables import KNOWN, name_findings, read_settings
from ecom_assets.doctor.warehouse import locale_finding, role_finding, version_finding
from ecom_assets.environment import REPOSITORY
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.warehouse.postgres_database import DatabaseLocale
from ecom_assets.warehouse.postgres_roles import ROLES

OLIST = SOURCES["olist"]
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MEGABYTE = 1_000_000
LOCK = """\
alpha-one==1.2 ; sys_platform == 'darwin' or sys_platform == 'linux' \\
    --hash=sha256:00
Beta_Two==3 \\
    --hash=sha256:00
gamma==4 ; sys_platform == 'never' \\
    --hash=sha256:00
"""


def states(findings: list[Finding]) -> list[State]:
    return [finding.state for finding in findings]


def test_a_complaint_needs_a_repair() -> None:
    with pytest.raises(ValueError, match="names no repair"):
        Finding("disk", State.WARNING, "full")
    assert str(warning("disk", "full", "free it")) == "warning  disk: full\n         repair: free it"
    assert str(ok("disk", "empty")) == "ok       disk: empty"


def test_warnings_leave_the_home_well_and_problems_do_not() -> None:
    found = [ok("a", "b"), warning("c", "d", "e")]
    assert is_well(found)
    assert verdict(found) == "2 things looked at: 1 warning"
    found += [problem("f", "g", "h"), problem("i", "j", "k")]
    assert not is_well(found)
    assert verdict(found) == "4 things looked at: 2 problems and 1 warning"
    assert verdict(found[:1]) == "1 things looked at: all is well"


def test_an_error_says_its_repair_after_the_semicolon() -> None:
    assert problem_of("x", RuntimeError("gone; put it back; soon"), "other") == problem(
        "x", "gone", "put it back; soon"
    )
    assert problem_of("x", RuntimeError(), "other") == problem("x", "RuntimeError", "other")


def test_the_known_variables_are_those_that_the_code_reads() -> None:
    code = "".join(
        path.read_text()
        for folder in ("ecom_assets", "ml_assets", "benchmarks")
        for path in (REPOSITORY / folder).rglob("*.py")
        if path != REPOSITORY / "ecom_assets" / "doctor" / "variables.py"
    )
    # Dagster reads this one.
    code += (REPOSITORY / "deploy" / "workspace.yaml").read_text()
    read = set(re.findall(r'"(ECOM_[A-Z_]+)"', code))
    # Of the tests alone.
    assert KNOWN - read == {"ECOM_REQUIRE_POSTGRES"}
    assert read - KNOWN == set()


def test_an_unknown_variable_is_named_with_the_nearest_known_one() -> None:
    found = name_findings({"ECOM_TARGTE": "postgres", "ECOM_XYZZY_FOO": "1", "ECOM_HOME": "/x", "HOME": "/root"})
    assert states(found) == [State.WARNING, State.WARNING]
    assert found[0].repair == "rename it to ECOM_TARGET, or unset it"
    assert found[1].repair == "unset it"
    assert name_findings({"ECOM_HOME": "/x"}) == [ok("variables", "ECOM_HOME set")]
    assert name_findings({}) == [ok("variables", "none set, all defaults")]


def test_settings_that_cannot_be_used_are_a_finding() -> None:
    settings, finding = read_settings({"ECOM_TARGET": "oracle"})
    assert settings is None
    assert finding.state is State.PROBLEM
    assert finding.words == "ECOM_TARGET='oracle' is not known"
    assert finding.repair == "use one of: duckdb, postgres"
    settings, finding = read_settings({"ECOM_SOURCES": "olist"})
    assert settings is not None
    assert finding.state is State.OK


@pytest.mark.parametrize(
    ("version", "state"),
    [((3, 10), State.PROBLEM), ((3, 11), State.OK), ((3, 13), State.OK), ((3, 14), State.PROBLEM)],
)
def test_python_is_of_a_supported_version(version: tuple[int, int], state: State) -> None:
    assert python_finding(version).state is state


def test_installed_packages_are_held_against_the_lock_of_this_machine() -> None:
    locked = locked_versions(LOCK)
    assert locked == {"alpha-one": "1.2", "beta-two": "3"}
    assert package_finding(locked, {**locked, "other": "9"}).state is State.OK
    changed = package_finding(locked, {**locked, "beta-two": "4"})
    assert (changed.state, changed.words) == (
        State.WARNING,
        "1 are not of the locked version: beta-two 4 in the place of 3",
    )
    assert package_finding(locked, {"beta-two": "3"}).words == "1 are missing: alpha-one"
    many = package_finding({f"p{number}": "1" for number in range(7)}, {})
    assert (many.state, many.words) == (State.PROBLEM, "7 are missing: p0, p1, p2, p3, p4 and 2 more")


def test_dbt_is_needed_and_git_is_only_missed() -> None:
    assert states(program_findings(lambda name: f"/bin/{name}")) == [State.OK] * 3
    assert states(program_findings(lambda _: None)) == [State.PROBLEM, State.WARNING, State.WARNING]


def test_the_files_of_each_table_are_looked_for(tmp_path: Path) -> None:
    def found(*, is_default: bool = False) -> list[Finding]:
        return landing_findings(tmp_path, [OLIST], is_default=is_default)

    assert states(found(is_default=True)) == [State.OK]
    [missing_folder] = found()
    assert missing_folder.state is State.PROBLEM
    assert "does not exist" in missing_folder.words
    folder = tmp_path / OLIST.name
    folder.mkdir()
    for table in OLIST.tables:
        if not table.optional:
            (folder / f"{table.file_stems[0]}.csv").touch()
    [complete] = found(is_default=True)
    assert complete.state is State.OK
    assert "geolocation will be empty" in complete.words
    (folder / "olist_orders_dataset.csv").unlink()
    (folder / "notes.txt").touch()
    missing, stray = found()
    assert (missing.state, missing.words) == (State.PROBLEM, "missing: olist_orders_dataset.csv")
    assert (stray.state, stray.words) == (State.WARNING, "of no table: notes.txt")


def test_a_home_must_be_writable() -> None:
    assert home_finding(Path("/x"), is_writable=True).state is State.OK
    assert home_finding(Path("/x"), is_writable=False).state is State.PROBLEM


@pytest.mark.parametrize(
    ("free", "raw", "home", "state"),
    [
        # Nothing there yet: a gigabyte at least.
        (1_000, 0, 0, State.OK),
        (999, 0, 0, State.WARNING),
        # Eight times the raw files, of which a part stands already.
        (8_000, 1_000, 0, State.OK),
        (7_999, 1_000, 0, State.WARNING),
        (1_000, 1_000, 7_000, State.OK),
        # A full home still needs room to write a table anew.
        (499, 1_000, 9_000, State.WARNING),
    ],
)
def test_room_is_asked_for_by_the_size_of_the_raw_files(free: int, raw: int, home: int, state: State) -> None:
    assert disk_finding(free * MEGABYTE, raw * MEGABYTE, home * MEGABYTE).state is state


def test_the_size_of_a_folder_is_that_of_its_files(tmp_path: Path) -> None:
    assert size_of(tmp_path / "none") == 0
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"123")
    (tmp_path / "c").write_bytes(b"4567")
    assert size_of(tmp_path) == 7


def test_a_clock_behind_what_it_has_written_is_a_problem() -> None:
    assert clock_finding(NOW, None).state is State.OK
    assert clock_finding(NOW, NOW + timedelta(minutes=1)).state is State.OK
    assert clock_finding(NOW, NOW + timedelta(minutes=3)).state is State.PROBLEM


def test_time_zones_are_known_by_name() -> None:
    assert zone_finding(("America/Sao_Paulo", "")).state is State.OK
    assert zone_finding(("UTC", ":Europe/Lisbon")).state is State.OK
    assert zone_finding(("UTC", "Moon/Base")).words == "Moon/Base unknown to this machine"


def test_what_a_history_has_left_behind_is_named() -> None:
    quiet, busy = Left(), Left(under_way=["a"], waiting=["b"])
    assert states([run_finding(quiet), queue_finding(quiet), pool_finding(quiet)]) == [State.OK] * 3
    assert states([run_finding(busy), queue_finding(busy)]) == [State.OK] * 2
    assert run_finding(Left(dead=["a", "b"])).words.startswith("the process of a, b is gone")
    assert run_finding(Left(dead=["a"])).state is State.PROBLEM
    assert queue_finding(Left(waiting=["b"])).state is State.WARNING
    assert pool_finding(Left(stuck=[("pool", "a")])).state is State.PROBLEM
    assert switch_finding(quiet, "off").state is State.OK
    assert switch_finding(Left(switched=["nightly"]), "off").words == "off; switched in the UI: nightly"


def test_every_model_needs_a_champion_whose_files_are_there() -> None:
    assert champion_finding({"a": "1", "b": "2"}, ["b", "a"], []) == ok("champions", "a version 1, b version 2")
    assert champion_finding({"a": "1"}, ["b", "a"], []).words == "nobody serves for b"
    assert champion_finding({"a": "1"}, ["b", "a"], []).state is State.WARNING
    assert champion_finding({"a": "1"}, ["a"], ["a version 1"]).state is State.PROBLEM


def test_a_server_has_to_be_as_the_platform_needs_it() -> None:
    assert version_finding(150_018, "15.18").state is State.OK
    assert version_finding(149_999, "14.9").state is State.WARNING
    fits = DatabaseLocale("UTF8", "C", "C.UTF-8", "c", None)
    assert locale_finding("ecom", fits).state is State.OK
    unfit = locale_finding("ecom", DatabaseLocale("UTF8", "de_DE.UTF-8", "de_DE.UTF-8", "c", None))
    assert unfit.state is State.PROBLEM
    assert "orders text by de_DE.UTF-8" in unfit.words
    assert role_finding("me", ROLES).state is State.OK
    assert role_finding("me", ROLES[:2]).words == f"me cannot take on {ROLES[2]}"
