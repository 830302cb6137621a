"""Dockerfile and .dockerignore as text: what an engine would be told, for none may be at hand."""

from __future__ import annotations

import re

import pytest

from ecom_assets.environment import REPOSITORY
from tests.fixtures.compose import composed
from tests.unit.test_compose import DEMANDED, EXACT


@pytest.fixture(scope="module")
def stages() -> list[list[str]]:
    """Return the instructions of each stage, continued lines as one."""
    text = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")).replace("\\\n", " ")
    instructions = [re.sub(r"\s+", " ", line).strip() for line in kept.splitlines() if line.strip()]
    starts = [place for place, line in enumerate(instructions) if line.startswith("FROM ")]
    return [instructions[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


def named(stage: list[str], instruction: str) -> list[str]:
    """Return what follows an instruction, each time that it stands in a stage."""
    return [line.removeprefix(f"{instruction} ") for line in stage if line.startswith(f"{instruction} ")]


def test_packages_are_those_of_the_locks_by_their_hashes(stages: list[list[str]]) -> None:
    build, _ = stages
    installs = [step for run in named(build, "RUN") for step in run.split(" && ") if "install" in step.split()]
    assert len(installs) == 3
    for step in installs:
        assert "--require-hashes" in step or "--no-deps --no-build-isolation --editable ." in step, step
    # Without it uv asks for a package that xgboost names and the lock leaves out by a rule of pyproject.toml.
    [locked] = [step for step in installs if "requirements.lock" in step]
    assert "--no-deps" in locked


def test_the_last_stage_has_the_same_python_and_no_compiler(stages: list[list[str]]) -> None:
    build, last = stages
    [base] = named(last, "FROM")
    assert named(build, "FROM") == [f"{base} AS build"]
    assert EXACT.search(base)
    installed = [step for run in named(last, "RUN") for step in run.split(" && ") if "install" in step.split()]
    assert installed == [
        "apt-get install --yes --no-install-recommends libgomp1",
        "install --directory --owner ecom --group ecom /data /dagster /reports /artifacts",
    ]
    assert not named(last, "HEALTHCHECK"), "each service has its own, in docker-compose.yml"


def test_the_image_runs_as_the_user_that_owns_the_volumes(stages: list[list[str]]) -> None:
    file = composed(DEMANDED)
    platform = {name: each for name, each in file["services"].items() if "build" in each}
    assert named(stages[-1], "USER") == ["10001:10001"]
    assert {each["user"] for each in platform.values()} == {"10001:10001"}
    mounted = {
        volume.split(":")[1] for each in platform.values() for volume in each.get("volumes", []) if type(volume) is str
    }
    [made] = [step for run in named(stages[-1], "RUN") for step in run.split(" && ") if step.startswith("install ")]
    assert mounted == set(made.split()[-4:])


def test_what_is_copied_is_there_and_not_ignored(stages: list[list[str]]) -> None:
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert ignored[1] == "*", "whatever is not named stays out, .env and data first of all"
    copied = {
        word
        for stage in stages
        for copy in named(stage, "COPY")
        if not copy.startswith("--from=")
        for word in copy.split()[:-1]
    }
    assert copied == kept
    assert all((REPOSITORY / path).exists() for path in copied)
