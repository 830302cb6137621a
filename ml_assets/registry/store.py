"""Where MLflow keeps runs and versions: a SQLite file, or a server.

Belongs here: making the file once, whoever asks first; letting it move with its folder; whether the server is there.
Does not belong here: what is in the store.
"""

from __future__ import annotations

import fcntl
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ml_assets.registry.mlflow_log import warnings_only

SQLITE = "sqlite:///"

# Where MLflow writes absolute addresses of artefacts.
_ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
    ("model_versions", "source"),
)
# MLflow puts the artefacts of the experiment that is always there into this folder of its artefact root.
DEFAULT_EXPERIMENT = "0"
_ANSWER_SECONDS = 10


class RegistryUnavailableError(RuntimeError):
    """MLflow's server does not answer; the message names the repair."""


def store_path(tracking_uri: str) -> Path | None:
    """Return the file of a SQLite store, or None if the store is a server."""
    return Path(tracking_uri.removeprefix(SQLITE)) if tracking_uri.startswith(SQLITE) else None


def ensure_answering(address: str) -> None:
    """Make sure that a server is there; MLflow's own client tries for minutes before it says that there is none.

    Raises
    ------
    RegistryUnavailableError
        If nothing answers at the address.
    """
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=_ANSWER_SECONDS):  # noqa: S310 - http or https only
            return
    except urllib.error.HTTPError:
        # Something answers, even if it wants a password first.
        return
    except OSError as error:
        raise RegistryUnavailableError(
            f"MLflow's server at {address} does not answer ({error}); start it, or unset MLFLOW_TRACKING_URI "
            "to use the store of this home"
        ) from error


def ensure_store(path: Path, artifact_dir: Path) -> None:
    """Make the store if there is none; if it has been moved or copied with its artefacts, let it find them.

    Making it takes seconds, and two processes that do it at once break it; so one does it while others wait, in a file
    beside that takes its name only when it is complete. A process that is killed meanwhile leaves nothing to repair.

    Parameters
    ----------
    path
        File of the store.
    artifact_dir
        Folder of the artefacts that belong to it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.with_name(f"{path.name}.lock")):
        if not path.exists():
            unfinished = path.with_name(f"{path.name}.unfinished")
            unfinished.unlink(missing_ok=True)
            _create(unfinished, artifact_dir)
            unfinished.replace(path)
        _follow(path, artifact_dir)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the only lock on a file; the system takes it from a process that ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _create(path: Path, artifact_dir: Path) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with warnings_only("alembic"), warnings_only("mlflow.store.db.utils"):
        # Without a root of its own the experiment that is always there would get the working directory.
        store = SqlAlchemyStore(f"{SQLITE}{path}", artifact_dir.as_uri())  # type: ignore[no-untyped-call]
        store.engine.dispose()


def _follow(path: Path, artifact_dir: Path) -> None:
    """Write the artefacts' folder into all addresses, if it is not the one that the store was made for.

    A copied home would otherwise read from the home that it was copied from, and write there.
    """
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = connection.execute(
            "select artifact_location from experiments where experiment_id = ?", [DEFAULT_EXPERIMENT]
        ).fetchall()
        root = artifact_dir.as_uri()
        former = {str(location).removesuffix(f"/{DEFAULT_EXPERIMENT}") for (location,) in rows} - {root}
        for old in former:
            for table, column in _ADDRESSES:
                connection.execute(
                    f"update {table} set {column} = ? || substr({column}, ?) where substr({column}, 1, ?) = ?",
                    [root, len(old) + 1, len(old) + 1, f"{old}/"],
                )
