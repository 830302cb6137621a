"""The version of code follows the text of the modules that are named, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_assets import code_version as module
from ml_assets.code_version import code_version


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "room" / "inner").mkdir(parents=True)
    (tmp_path / "room" / "a.py").write_text("a = 1\n")
    (tmp_path / "room" / "inner" / "b.py").write_text("b = 1\n")
    (tmp_path / "alone.py").write_text("c = 1\n")
    (tmp_path / "other.py").write_text("d = 1\n")
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    return tmp_path


def test_it_changes_with_the_text_the_name_and_the_identity_only(root: Path) -> None:
    first = code_version("room", "alone.py")
    assert code_version("alone.py", "room", "room") == first
    (root / "other.py").write_text("d = 2\n")
    (root / "room" / "notes.txt").write_text("not code")
    assert code_version("room", "alone.py") == first
    assert code_version("room", "alone.py", identity="host/db") != first
    (root / "room" / "inner" / "b.py").write_text("b = 2\n")
    second = code_version("room", "alone.py")
    (root / "room" / "inner" / "b.py").rename(root / "room" / "inner" / "c.py")
    assert len({first, second, code_version("room", "alone.py")}) == 3


def test_a_name_that_is_no_module_is_refused(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match="rooms is neither a module nor a package"):
        code_version("rooms")
