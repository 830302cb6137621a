"""What the platform gives to models: where they are kept, and of which commit the code is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ecom_assets import models
from ecom_assets.environment import load_settings
from ecom_assets.models import code_commit, model_resources
from ml_assets.contract import FILES_RESOURCE, REGISTRY_RESOURCE
from ml_assets.definitions import build_model_assets, questions_of
from ml_assets.keys import Step, model_asset_key
from ml_assets.scoreboard import SCOREBOARD_ASSET


def test_models_are_kept_below_the_home(tmp_path: Path) -> None:
    found = model_resources(load_settings({"ECOM_HOME": str(tmp_path)}))
    assert found[REGISTRY_RESOURCE].tracking_uri == f"sqlite:///{tmp_path}/mlflow.db"
    assert found[REGISTRY_RESOURCE].artifact_dir == tmp_path / "mlartifacts"
    files = found[FILES_RESOURCE]
    assert files.training_set("m").is_relative_to(tmp_path / "models")
    assert files.model_card("m").is_relative_to(tmp_path / "reports")
    # Asking for them makes nothing.
    assert list(tmp_path.iterdir()) == []


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_commit_of_the_checkout_is_known_and_marked_where_files_were_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECOM_COMMIT", raising=False)
    monkeypatch.setattr(models, "REPOSITORY", tmp_path)
    assert code_commit() == "unknown"
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.py").write_text("a = 1\n")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    git(tmp_path, "tag", "v1", "-m", "a tag does not stand in for the commit")
    assert code_commit() == git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "a.py").write_text("a = 2\n")
    assert code_commit() == f"{git(tmp_path, 'rev-parse', 'HEAD')}-dirty"
    monkeypatch.setenv("ECOM_COMMIT", "")
    assert code_commit() == f"{git(tmp_path, 'rev-parse', 'HEAD')}-dirty"
    monkeypatch.setenv("ECOM_COMMIT", "of the image")
    assert code_commit() == "of the image"


def test_without_git_the_commit_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert code_commit() == "unknown"


@pytest.mark.parametrize(
    ("sources", "count"), [(("olist",), 4), (("retailrocket",), 1), (("olist", "retailrocket"), 5), ((), 0)]
)
def test_only_questions_of_sources_in_use_are_asked(sources: tuple[str, ...], count: int) -> None:
    questions = questions_of(sources)
    assert len(questions) == count
    keys = {key for asset in build_model_assets(sources, "pool") for key in asset.keys}
    assert {model_asset_key(question.name, step) for question in questions for step in Step} <= keys
    assert SCOREBOARD_ASSET in keys
    assert not any(name in str(keys) for name in {"churn", "late"} if not sources)


def test_models_of_another_warehouse_are_other_models() -> None:
    def versions(identity: str | None) -> set[str | None]:
        assets = build_model_assets(("olist",), "pool", identity)
        return {spec.code_version for asset in assets for spec in asset.specs}

    assert not versions(None) & versions("host:5432/shop")
    assert versions(None) == versions(None)
