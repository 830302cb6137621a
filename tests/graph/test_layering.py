"""The arrow between the packages, and what every module says about itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ecom_assets.environment import REPOSITORY

MODULES = sorted(
    path.relative_to(REPOSITORY)
    for package in ("ecom_assets", "ml_assets")
    for path in (REPOSITORY / package).rglob("*.py")
)


def imported_modules(path: Path) -> set[str]:
    tree = ast.parse((REPOSITORY / path).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] == "ml_assets"], ids=str)
def test_models_know_neither_platform_nor_engine(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported_modules(path)}
    assert roots & {"ecom_assets", "duckdb", "dbt", "dagster_dbt", "psycopg2"} == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_says_what_belongs_in_it_and_what_does_not(path: Path) -> None:
    text = " ".join((ast.get_docstring(ast.parse((REPOSITORY / path).read_text())) or "").split())
    assert "Belongs here:" in text
    assert "Does not belong here:" in text


def test_only_the_run_command_knows_the_sample_generator() -> None:
    """The sample is data from outside: the pipeline must not know how it was made."""
    readers = [
        path
        for path in MODULES
        if path.parts[:2] != ("ecom_assets", "sample")
        and any(name.startswith("ecom_assets.sample") for name in imported_modules(path))
    ]
    assert readers == [Path("ecom_assets/commands/run.py")]


@pytest.mark.parametrize("folder", ["ecom_assets", "ml_assets", "dbt_project"])
def test_nothing_but_the_sample_speaks_of_the_truth_behind_it(folder: str) -> None:
    """A pipeline that read ``truth/`` would answer the questions with the answers."""
    suffixes = {".py", ".sql", ".yml", ".yaml"}
    readers = [
        path.relative_to(REPOSITORY)
        for path in (REPOSITORY / folder).rglob("*")
        if path.suffix in suffixes
        and not {"sample", "target", "__pycache__"} & set(path.relative_to(REPOSITORY).parts)
        and any(name in path.read_text() for name in ("truth/", "truth.json", "oracle_", '"truth"'))
    ]
    assert readers == []
