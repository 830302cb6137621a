"""``make replay`` beside a home whose champion serves: killed, taken up again, and nothing of production touched."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ecom_assets.sample import write_sample
from ml_assets.churn.questions import CHURN_RETAILROCKET_VISITORS as VISITORS
from ml_assets.files import write_text
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.store import ensure_store
from ml_assets.registry.tracking import ModelRegistry
from tests.conftest import Home
from tests.unit.registry.builders import registered, saved

pytestmark = pytest.mark.slow

DAYS = (date(2015, 8, 2), date(2015, 8, 23))
WORDS = ["--from", str(DAYS[0]), "--until", "2015-08-29", "--every", "3", "--policies", "never,always", "--steady"]
POLICIES = ("never", "always")


def hashes(folder: Path) -> dict[str, str]:
    """Return a hash of each file below a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def production(tmp_path: Path) -> Home:
    """Return a home with a small sample landed beside it, and a version that serves."""
    home = Home(tmp_path / "production", tmp_path / "raw")
    write_sample(home.raw_dir, scale=0.005, seed=7, sources=["retailrocket"])
    ensure_store(home.path / "mlflow.db", home.path / "mlartifacts")
    registry = ModelRegistry(home.settings().mlflow_tracking_uri, home.settings().mlflow_artifact_dir)
    version = registered(registry, saved(tmp_path / "model"), "f1")
    registry.set_alias(version, CHAMPION)
    write_text(home.path / "reports" / "index.html", "as a run has left it")
    return home


def test_a_killed_replay_goes_on_and_never_touches_what_serves(production: Home, tmp_path: Path) -> None:
    before, raw = hashes(production.path), hashes(production.raw_dir)
    out = tmp_path / "replay"
    # Whatever the environment says of production's registry, a replay does not ask it.
    named = {"ECOM_SOURCES": "retailrocket", "MLFLOW_TRACKING_URI": production.settings().mlflow_tracking_uri}
    words = [*WORDS, "--out", str(out)]
    command = [sys.executable, "-m", "ecom_assets.commands.replay", *words]
    first = subprocess.Popen(
        command,
        env=production.environment(**named),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert first.stdout is not None
    said = first.stdout.readline()
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert said.startswith(f"replay: {DAYS[0]} {VISITORS.name} never: trained "), said
    result = production.command("commands.replay", *words, **named)
    assert result.returncode == 0, result.stdout + result.stderr
    days = [line.split(": ")[1] for line in result.stdout.splitlines()[:-1]]
    assert days == [
        f"{DAYS[0]} {VISITORS.name} always",
        *(f"{DAYS[1]} {VISITORS.name} {policy}" for policy in POLICIES),
    ]
    after = hashes(production.path)
    # The page comes onto the report site, and nothing else changes.
    assert {name for name in after if after[name] != before.get(name)} == {
        "reports/index.html",
        "reports/replay/index.html",
        "reports/replay/index.json",
    }
    assert before.keys() <= after.keys()
    assert 'href="replay/index.html"' in (production.path / "reports" / "index.html").read_text()
    assert hashes(production.raw_dir) == raw
    page = out / "reports" / "replay" / "index.html"
    assert result.stdout.splitlines()[-1] == f"replay: {page}"
    assert "Replay, not production" in page.read_text()
    told = json.loads(page.with_suffix(".json").read_text())
    [model] = told["models"]
    assert told["kind"] == "replay"
    assert (model["model"], model["first"], model["last"]) == (VISITORS.name, *map(str, DAYS))
    assert [each["policy"] for each in model["policies"]] == list(POLICIES)
    # Of the three Sundays that were scored on the last day, the answers to the first one are known two weeks later.
    assert model["periods"] == ["2015-08-09"]
    assert model["counts"] == [model["rows"]]
