"""Fixtures that several files share: builds of a past, the programs of the server, the composed stack."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecom_assets.keys import REFRESH_ALL
from ecom_assets.sample import write_sample
from tests.conftest import made_once
from tests.fixtures.rehearsal import Rehearsal, rehearsal
from tests.integration.pasts import Pasts, make_pasts
from tests.postgres_server import found_programs, server_programs

# The smallest sample in which every planted leak shows at one of the cuts.
_SCALE = 0.01
_SEED = 7


@pytest.fixture(scope="session")
def pasts_of(session_dir: Path) -> Callable[[str], Pasts]:
    """Return what gives the builds of a source; the first caller waits for them."""

    def pasts(source: str) -> Pasts:
        raw_dir = made_once(
            session_dir / f"past_raw_{source}",
            lambda folder: _write(folder, source),
        )
        return Pasts(source, made_once(session_dir / f"pasts_{source}", lambda new: make_pasts(new, raw_dir, source)))

    return pasts


@pytest.fixture
def server_programs_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the programs be found that fit the server."""
    programs = found_programs(server_programs(), os.environ)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(scope="session")
def composed(sample_raw_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Return the running services of docker-compose.yml; whoever stops or empties them starts and fills them again."""
    programs = found_programs(server_programs(), os.environ)
    with rehearsal(programs, tmp_path_factory.mktemp("composed"), sample_raw_dir) as found:
        yield found


@pytest.fixture(scope="session")
def composed_and_built(composed: Rehearsal) -> Rehearsal:
    """Return the services after the webserver has launched the whole graph and the run has ended."""
    composed.run_job(REFRESH_ALL)
    return composed


def _write(folder: Path, source: str) -> None:
    write_sample(folder, scale=_SCALE, seed=_SEED, sources=[source])
