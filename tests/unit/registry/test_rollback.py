"""The previous champion back, and not forth again on the same evidence."""

from __future__ import annotations

import os

import pytest

from ecom_assets.commands import rollback as command
from ml_assets.classification.contest import GateConfig, evidence_of
from ml_assets.registry.champion import rolled_back_until
from ml_assets.registry.names import CHAMPION, ROLLED_BACK
from ml_assets.registry.promotion import decide
from ml_assets.registry.rollback import RollbackError, roll_back
from ml_assets.registry.tracking import ModelRegistry
from ml_assets.registry.verdict import Champion, Decision, Serves, Terms, Verdict
from tests.unit.registry.builders import NAME, WINDOW, evaluation, gain, question
from tests.unit.registry.gate import KEPT, NOW, PROMOTED, Gate, rows, serving


def back(gate: Gate) -> tuple[str, str]:
    before, after = roll_back(gate.registry, gate.warehouse, NAME, decided_at=gate.moment, run_id=None)
    return before.number, after.number


def judged(gate: Gate, fingerprint: str, champion: Champion, *, months_later: int = 0) -> Decision:
    """Return what the gate says of a version that is better than champion and rule."""
    version = gate.version(fingerprint)
    window = WINDOW.replace(month=WINDOW.month + months_later)
    terms = Terms(rolled_back_until=rolled_back_until(version))
    measured = evaluation(version=version.number, window=window)
    return decide(evidence_of(question("orders"), measured, gain(0.01), GateConfig()), champion, terms)


def test_the_champion_before_serves_again_and_a_row_says_so(gate: Gate) -> None:
    gate.decide(PROMOTED, "f1")
    gate.decide(PROMOTED, "f2")
    assert back(gate) == ("2", "1")
    assert serving(gate.registry) == "1"
    row = rows(gate.warehouse)[-1]
    assert (row["verdict"], row["champion_version"], row["challenger_version"]) == ("rolled back", "2", "1")
    assert row["reason"] == "by command: version 1 serves again in the place of version 2"
    assert row["gain_low"] is None
    # It goes by what the decision before went by.
    assert row["metric"] == rows(gate.warehouse)[-2]["metric"] == "log_loss"


def test_what_was_taken_back_returns_only_on_a_newer_window(gate: Gate) -> None:
    gate.decide(PROMOTED, "f1")
    gate.decide(PROMOTED, "f2")
    back(gate)
    again = judged(gate, "f2", Champion("1", gain(0.01).log_loss))
    assert (again.verdict, again.serves) == (Verdict.KEPT, Serves.CHAMPION)
    gate.decide(again, "f2")
    assert serving(gate.registry) == "1"
    later = judged(gate, "f2", Champion("1", gain(0.01).log_loss), months_later=1)
    assert later.verdict is Verdict.PROMOTED
    gate.decide(later, "f2")
    assert serving(gate.registry) == "2"
    assert ROLLED_BACK not in gate.version("f2").tags
    assert back(gate) == ("2", "1")


def test_another_version_is_not_held_back(gate: Gate) -> None:
    gate.decide(PROMOTED, "f1")
    gate.decide(PROMOTED, "f2")
    back(gate)
    assert judged(gate, "f3", Champion("1", gain(0.01).log_loss)).verdict is Verdict.PROMOTED


def test_each_time_goes_one_champion_further_back(gate: Gate) -> None:
    for fingerprint in ("f1", "f2", "f3"):
        gate.decide(PROMOTED, fingerprint)
    gate.decide(KEPT, "f1")
    gate.decide(PROMOTED, "f2")
    assert [back(gate), back(gate), back(gate)] == [("2", "3"), ("3", "2"), ("2", "1")]
    with pytest.raises(RollbackError, match="version 1 of churn_things is the first that serves"):
        back(gate)


def test_who_was_taken_back_is_not_gone_back_to(gate: Gate) -> None:
    gate.decide(PROMOTED, "f1")
    gate.decide(PROMOTED, "f2")
    back(gate)
    gate.decide(PROMOTED, "f3")
    assert back(gate) == ("3", "1")


def test_a_model_that_is_not_known_or_does_not_serve_is_refused_with_the_repair(
    registry: ModelRegistry, gate: Gate
) -> None:
    with pytest.raises(RollbackError, match="'churn_things' is not a registered model; known are: none"):
        roll_back(registry, gate.warehouse, NAME, decided_at=NOW)
    with pytest.raises(RollbackError, match=r"no version of churn_things serves.*make run lets one serve"):
        back(gate)
    with pytest.raises(RollbackError, match="'other' is not a registered model; known are: churn_things"):
        roll_back(gate.registry, gate.warehouse, "other", decided_at=NOW)


def test_a_version_that_was_deleted_is_named(gate: Gate) -> None:
    from mlflow import MlflowClient

    gate.decide(PROMOTED, "f1")
    gate.decide(PROMOTED, "f2")
    MlflowClient(gate.registry.tracking_uri).delete_model_version(NAME, "1")
    with pytest.raises(RollbackError, match=r"version 1 .* was deleted since; set the alias champion on one of: 2, 3"):
        back(gate)
    assert serving(gate.registry) == "2"


def test_an_alias_set_by_hand_has_nothing_before_it(gate: Gate) -> None:
    gate.registry.set_alias(gate.version("f1"), CHAMPION)
    with pytest.raises(RollbackError, match="there is none before it to go back to"):
        back(gate)


def test_the_command_says_what_serves_and_fails_with_the_reason(
    gate: Gate, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        os,
        "environ",
        {
            "PATH": "/bin",
            "ECOM_HOME": str(gate.registry.artifact_dir.parent),
            "ECOM_DUCKDB_PATH": gate.warehouse.path,
        },
    )
    gate.decide(PROMOTED, "f1")
    assert command.main(["--model", NAME]) == 2
    assert "error: version 1 of churn_things is the first" in capsys.readouterr().err
    gate.decide(PROMOTED, "f2")
    assert command.main(["--model", NAME]) == 0
    printed = capsys.readouterr().out
    assert "churn_things: version 1 serves again in the place of version 2" in printed
    assert "its scores stay: with ECOM_SOURCES=olist,retailrocket nothing writes them" in printed
    assert serving(gate.registry) == "1"
