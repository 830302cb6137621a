"""What follows from a decision, and what a process that is killed on the way leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta

import pytest

from ml_assets.registry.champion import (
    MissingVersionError,
    comparison_number,
    rolled_back_until,
)
from ml_assets.registry.names import (
    CHALLENGER,
    FINGERPRINT,
    JUDGED_UNTIL,
    PROMOTED_ON,
    REPLACED,
    ROLLED_BACK,
)
from ml_assets.registry.tracking import Version
from ml_assets.registry.verdict import Serves, Verdict
from tests.unit.registry.builders import NAME, WINDOW, decision
from tests.unit.registry.gate import KEPT, NOW, PROMOTED, REFUSED, RULE_PROMOTED, Gate, rows, serving

KILLED_BEFORE_THE_ALIAS = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.registry.champion import Parties, carry_out
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.tracking import ModelRegistry
from tests.unit.registry.builders import NAME, decision, registered
from ml_assets.registry.verdict import Serves, Verdict

uri, artifacts, model, warehouse = sys.argv[1:]
registry = ModelRegistry(uri, Path(artifacts))
set_alias = registry.set_alias

def killed(version, alias):
    if alias == CHAMPION:
        os.kill(os.getpid(), signal.SIGKILL)
    set_alias(version, alias)

registry.set_alias = killed
parties = Parties(registered(registry, Path(model), "f4"), registry.aliased(NAME, CHAMPION))
outcome = decision(Verdict.PROMOTED, Serves.CHALLENGER)
carry_out(registry, DuckDBWarehouse(path=warehouse), outcome, parties, decided_at=datetime(2026, 1, 3), run_id="one")
"""


def test_a_promotion_is_written_and_serves(gate: Gate) -> None:
    serves = gate.decide(PROMOTED, "f1")
    assert serves is not None
    assert serving(gate.registry) == serves.number == "1"
    assert rows(gate.warehouse) == [
        {
            "decided_at": NOW + timedelta(hours=1),
            "model_name": NAME,
            "champion_version": None,
            "challenger_version": "1",
            "metric": "log_loss",
            "champion_value": 0.42,
            "challenger_value": 0.4,
            "gain_low": 0.01,
            "gain_high": 0.03,
            "verdict": "promoted",
            "reason": "because",
            "run_id": f"run at {NOW + timedelta(hours=1)}",
        }
    ]
    tags = gate.registry.versions(NAME)[0].tags
    assert tags[JUDGED_UNTIL] == tags[PROMOTED_ON] == WINDOW.isoformat()
    assert tags[REPLACED] == ""


def test_a_challenger_that_is_kept_out_leaves_the_champion(gate: Gate) -> None:
    gate.decide(PROMOTED, "f1")
    serves = gate.decide(KEPT, "f2")
    assert serves is not None
    assert serving(gate.registry) == serves.number == "1"
    challenger = gate.registry.aliased(NAME, CHALLENGER)
    assert challenger is not None
    assert challenger.number == "2"
    assert PROMOTED_ON not in challenger.tags
    assert [(row["champion_version"], row["challenger_version"]) for row in rows(gate.warehouse)] == [
        (None, "1"),
        ("1", "2"),
    ]


def test_the_rule_serves_where_it_won_and_the_row_says_so(gate: Gate) -> None:
    challenger, rule = gate.version("f1"), gate.version("f1 rule")
    serves = gate.decide(RULE_PROMOTED, "f1", rule)
    assert serving(gate.registry) == rule.number
    assert serves == rule
    [row] = rows(gate.warehouse)
    assert (row["challenger_version"], row["reason"]) == (challenger.number, f"because (version {rule.number})")
    with pytest.raises(MissingVersionError, match="register it first"):
        gate.decide(RULE_PROMOTED, "f3")


def test_where_nobody_may_serve_nobody_does(gate: Gate) -> None:
    assert gate.decide(REFUSED, "f1") is None
    assert serving(gate.registry) is None
    assert JUDGED_UNTIL not in gate.registry.versions(NAME)[0].tags
    [row] = rows(gate.warehouse)
    assert (row["verdict"], row["gain_low"]) == ("refused", None)


def test_the_same_decision_again_is_no_second_row(gate: Gate) -> None:
    gate.decide(PROMOTED, "f1")
    gate.decide(KEPT, "f2")
    before = rows(gate.warehouse)
    gate.decide(KEPT, "f2")
    gate.decide(KEPT, "f1")
    assert rows(gate.warehouse) == before
    gate.decide(decision(Verdict.KEPT, Serves.CHAMPION, reason="for another reason"), "f2")
    assert [row["reason"] for row in rows(gate.warehouse)] == ["because", "because", "for another reason"]
    gate.decide(KEPT, "f2")
    assert len(rows(gate.warehouse)) == 4


class _KilledError(BaseException):
    """Ends a process where it stands, as far as a test can."""


@pytest.mark.parametrize("step", ["set_tag", "set_alias", "drop_tag"])
def test_killed_before_the_alias_the_old_champion_serves_and_the_next_run_goes_on(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    gate.decide(PROMOTED, "f1")
    with monkeypatch.context() as patched:

        def killed(*_: object) -> None:
            raise _KilledError

        patched.setattr(gate.registry, step, killed)
        with pytest.raises(_KilledError):
            gate.decide(PROMOTED, "f2")
    assert serving(gate.registry) == "1"
    gate.decide(PROMOTED, "f2")
    assert serving(gate.registry) == "2"
    assert [row["challenger_version"] for row in rows(gate.warehouse)] == ["1", "2"]
    assert [version.tags.get(REPLACED) for version in gate.registry.versions(NAME)] == ["", "1", None]


@pytest.mark.slow
def test_a_real_kill_between_row_and_alias_leaves_the_old_champion_and_is_repaired(gate: Gate) -> None:
    gate.decide(PROMOTED, "f1")
    arguments = [gate.registry.tracking_uri, str(gate.registry.artifact_dir), str(gate.folder), gate.warehouse.path]
    result = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE_THE_ALIAS, *arguments],
        env=os.environ | {"PYTHONPATH": ":".join(sys.path), "MLFLOW_DISABLE_TELEMETRY": "true"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == -signal.SIGKILL, result.stderr
    assert serving(gate.registry) == "1"
    assert gate.registry.find(NAME, "f4") is not None
    assert len(rows(gate.warehouse)) == 2
    gate.decide(PROMOTED, "f4")
    assert serving(gate.registry) == "4"
    assert len(rows(gate.warehouse)) == 2


def test_comparisons_on_a_window_are_counted_by_version(gate: Gate) -> None:
    first, second = gate.version("f1"), gate.version("f2")
    assert comparison_number(gate.registry, first, WINDOW) == 1
    gate.decide(PROMOTED, "f1")
    assert comparison_number(gate.registry, first, WINDOW) == 1, "the same version again is the same comparison"
    assert comparison_number(gate.registry, second, WINDOW) == 2
    assert comparison_number(gate.registry, second, date(2018, 7, 1)) == 1
    assert comparison_number(gate.registry, second, None) == 1
    gate.decide(KEPT, "f2")
    assert comparison_number(gate.registry, gate.version("f3"), WINDOW) == 3


def test_the_newest_mark_of_a_roll_back_counts() -> None:
    plain = Version(NAME, "1", "r", {FINGERPRINT: "f"})
    older, newer = (Version(NAME, "2", "r", {ROLLED_BACK: day}) for day in ("2018-05-01", "2018-06-01"))
    assert rolled_back_until(plain, None) is None
    assert rolled_back_until(older, newer, plain, None) == date(2018, 6, 1)
