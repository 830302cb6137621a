"""Who serves, read from the file of a store by SQLite alone: without MLflow, and without changing anything.

Belongs here: champions and where their files lie. Does not belong here: making or moving a store (``store``), versions
as models need them (``tracking``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ml_assets.registry.names import CHAMPION
from ml_assets.registry.store import DEFAULT_EXPERIMENT


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as the file of a store has it.

    Attributes
    ----------
    number
        Number of the version.
    folder
        Where the store's files of it have to lie.
    """

    number: str
    folder: Path


def stored_champions(path: Path, artifact_dir: Path) -> Mapping[str, StoredVersion]:
    """Return the version that serves, by model.

    Parameters
    ----------
    path
        File of the store.
    artifact_dir
        Folder of its artefacts; the addresses in a copied store still name the folder that it was copied from.

    Raises
    ------
    sqlite3.Error
        If the file is no store that can be read.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        roots = connection.execute(
            "select artifact_location from experiments where experiment_id = ?", [DEFAULT_EXPERIMENT]
        ).fetchall()
        rows = connection.execute(
            """
            select versions.name, versions.version, coalesce(versions.storage_location, versions.source)
            from registered_model_aliases as aliases
            inner join model_versions as versions on aliases.name = versions.name and aliases.version = versions.version
            where aliases.alias = ?
            order by versions.name
            """,
            [CHAMPION],
        ).fetchall()
    root = next((str(location).removesuffix(f"/{DEFAULT_EXPERIMENT}") for (location,) in roots), None)
    return {
        name: StoredVersion(str(number), _folder(str(address), root, artifact_dir)) for name, number, address in rows
    }


def _folder(address: str, root: str | None, artifact_dir: Path) -> Path:
    if root is not None and address.startswith(f"{root}/"):
        return artifact_dir / unquote(address.removeprefix(f"{root}/"))
    return Path(unquote(urlsplit(address).path))
