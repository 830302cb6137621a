"""The decisions and words of ``make run`` that need no run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import dagster as dg
import pytest

from ecom_assets.commands.materialising import describe_check
from ecom_assets.commands.run import describe_plan, ensure_raw_files, main
from ecom_assets.commands.summary import models_summary
from ecom_assets.dbt.project import keeping_newest, project_fingerprint, prune_invocations
from ecom_assets.environment import DBT_PROJECT_DIR, load_settings
from ecom_assets.ingestion.errors import LoadError
from ecom_assets.plan import Reason
from ml_assets.reports.scoreboard import scoreboard_json
from tests.unit.reports.scoreboards import ROWS


def test_the_plan_is_told_with_its_reasons() -> None:
    assert describe_plan({}, total=3) == "nothing to do: all 3 assets are up to date with their files and code"
    stale = {dg.AssetKey("a"): Reason.FILES, dg.AssetKey("b"): Reason.UPSTREAM, dg.AssetKey("c"): Reason.UPSTREAM}
    assert describe_plan(stale, total=5) == (
        "materialising 3 of 5 assets (1 its files changed, 2 upstream changed); skipping 2 that are up to date"
    )


def test_what_was_not_asked_for_is_told(tmp_path: Path) -> None:
    last = "left out: the 2 assets of models and scores; make run makes them"
    assert describe_plan({}, total=3, left_out=2).splitlines()[1:] == [last]
    assert describe_plan({dg.AssetKey("a"): Reason.FILES}, total=3, left_out=2).splitlines()[1:] == [last]


def test_the_scoreboard_in_short_and_where_the_reports_are(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_REPORTS_PORT": "3999"})
    assert models_summary(settings) == "\nno model was measured yet"
    settings.reports_dir.mkdir()
    (settings.reports_dir / "scoreboard.json").write_text(scoreboard_json(ROWS))
    lines = models_summary(settings).splitlines()
    assert lines[2].startswith(
        "churn_things  boosted trees  0.791 (0.771 to 0.811)  met: AUC 0.75; not met: AUC 0.9877"
    )
    (settings.reports_dir / "scoreboard.json").write_text("[{}]")
    assert "is no scoreboard of this version; make run ARGS=--full" in models_summary(settings)
    assert lines[-1] == f"reports: {tmp_path}/reports/index.html (http://localhost:3999/index.html with make ui)"


@pytest.mark.parametrize(
    ("severity", "metadata", "expected"),
    [
        (dg.AssetCheckSeverity.ERROR, {"dagster_dbt/failed_row_count": 4}, "check FAILED: unique on a.b (4 rows)"),
        (dg.AssetCheckSeverity.WARN, {}, "check warning: unique on a.b"),
    ],
)
def test_a_check_is_named_with_its_weight(
    severity: dg.AssetCheckSeverity, metadata: dict[str, int], expected: str
) -> None:
    evaluation = dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(["a", "b"]),
        check_name="unique",
        passed=False,
        severity=severity,
        metadata={name: dg.MetadataValue.int(value) for name, value in metadata.items()},
    )
    assert describe_check(evaluation) == expected


def test_an_empty_default_folder_gets_a_sample_and_a_filled_one_is_left_alone(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_SAMPLE_SCALE": "0.005"})
    settings.raw_dir.mkdir()
    ensure_raw_files(settings)
    files = {path.relative_to(settings.raw_dir): path.stat().st_mtime_ns for path in settings.raw_dir.rglob("*.csv")}
    # The files of both sources, and the contacts of the planted campaign.
    assert len(files) == 13 + 1
    ensure_raw_files(settings)
    assert {path: (settings.raw_dir / path).stat().st_mtime_ns for path in files} == files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw"], "nothing half written is left"


def test_a_named_folder_is_never_filled(tmp_path: Path) -> None:
    settings = load_settings({"ECOM_HOME": str(tmp_path), "ECOM_RAW_DIR": str(tmp_path / "mine")})
    with pytest.raises(LoadError, match="missing or empty"):
        ensure_raw_files(settings)
    assert not settings.raw_dir.exists()


def test_an_unusable_environment_ends_with_a_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ECOM_TARGET", "oracle")
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("error: ECOM_TARGET='oracle' is not known")


def test_the_manifest_is_stale_when_files_or_sources_change(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: x")
    model = project / "models" / "m.sql"
    model.write_text("select 1")
    both, one = load_settings({}), load_settings({"ECOM_SOURCES": "olist"})
    before = project_fingerprint(project, both)
    (project / "notes.txt").write_text("no part of the project")
    assert project_fingerprint(project, both) == before
    assert project_fingerprint(project, one) != before
    model.write_text("select 2")
    assert project_fingerprint(project, both) != before
    assert project_fingerprint(DBT_PROJECT_DIR, both) == project_fingerprint(DBT_PROJECT_DIR, both)


def invocations(tmp_path: Path) -> None:
    """Leave what four invocations of dbt leave, and a folder that none has left."""
    for number in range(4):
        folder = tmp_path / f"run-{number}"
        folder.mkdir()
        (folder / "run_results.json").write_text("{}")
        os.utime(folder, (number, number))
    (tmp_path / "compiled").mkdir()


def test_only_the_newest_invocations_of_dbt_are_kept(tmp_path: Path) -> None:
    invocations(tmp_path)
    prune_invocations(tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["compiled", "run-2", "run-3"]


@pytest.mark.parametrize("fails", [False, True])
def test_an_invocation_that_ends_takes_old_ones_with_it(tmp_path: Path, fails: bool) -> None:
    def reported() -> Iterator[str]:
        yield "a model"
        assert (tmp_path / "run-0").exists(), "nothing goes while dbt is at work"
        if fails:
            raise RuntimeError("dbt failed")

    invocations(tmp_path)
    events = keeping_newest(reported(), tmp_path, keep=1)
    assert next(events) == "a model"
    with pytest.raises(RuntimeError, match="dbt failed") if fails else nullcontext():
        assert list(events) == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["compiled", "run-3"]
