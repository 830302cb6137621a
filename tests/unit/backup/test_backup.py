"""A home is copied whole and put back elsewhere; what is damaged, in use or half done is refused."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ecom_assets.backup import taking
from ecom_assets.backup.alone import alone
from ecom_assets.backup.copying import copy_at_rest, copy_held, copy_used, held
from ecom_assets.backup.errors import BackupError
from ecom_assets.backup.manifest import MANIFEST, Manifest, read_manifest, verify
from ecom_assets.backup.restoring import restore
from ecom_assets.backup.taking import prune, take
from ecom_assets.backup.use import refuse_open
from ecom_assets.environment import Settings, load_settings
from ecom_assets.instance import opened_instance
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.errors import WarehouseBusyError
from ml_assets.registry.names import CHAMPION
from ml_assets.registry.stored import stored_champions
from tests.hanging_run import hanging_run

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
NAME = "2026-03-01T123005Z"
MODEL = "churn_olist_sellers"

HOLDER = """
import sys
with open(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


def settings_of(home: Path, **variables: str) -> Settings:
    return load_settings({"ECOM_HOME": str(home), "ECOM_SOURCES": "olist"} | variables)


def backed_up(
    settings: Settings, out: Path, *, with_raw: bool = False, with_store: bool = True, now: datetime = NOW
) -> Path:
    return take(settings, {}, out, with_raw=with_raw, with_store=with_store, now=now, announce=print)


def restored(settings: Settings, folder: Path, *, replace: bool = False) -> tuple[Manifest, Path | None]:
    return restore(settings, {}, folder, replace=replace, now=NOW)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def numbers(home: Path, name: str = "warehouse.duckdb") -> list[tuple[int, ...]]:
    with duckdb.connect(str(home / name)) as connection:
        return connection.execute("select n from numbers order by n").fetchall()


def fill(path: Path) -> None:
    """Make a warehouse of two numbers."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table numbers as select unnest([1, 2]) as n")


def add_champion(store: Path, artifact_dir: Path) -> None:
    """Write a version that serves into a store, and its file."""
    (artifact_dir / "1" / "model").mkdir(parents=True)
    (artifact_dir / "1" / "model" / "model.json").write_text("{}")
    address = f"{artifact_dir.as_uri()}/1/model"
    with closing(sqlite3.connect(store)) as connection, connection:
        root = f"{artifact_dir.as_uri()}/0"
        connection.execute("update experiments set artifact_location = ? where experiment_id = 0", [root])
        connection.execute("insert into registered_models (name, workspace) values (?, 'default')", [MODEL])
        connection.execute(
            "insert into model_versions (name, version, source, storage_location, workspace) "
            "values (?, 3, ?, ?, 'default')",
            [MODEL, address, address],
        )
        connection.execute(
            "insert into registered_model_aliases (name, alias, version, workspace) values (?, ?, 3, 'default')",
            [MODEL, CHAMPION],
        )


@contextmanager
def opened_by_another(path: Path) -> Iterator[int]:
    """Let another process have a file open; its id."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.pid
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a small home: a warehouse, a page, a model's file and a landed file."""
    home = tmp_path / "home"
    for name in ("reports/index.html", "models/a/training.json", "raw/olist/orders.csv", "dbt/target/manifest.json"):
        path = home / name
        path.parent.mkdir(parents=True)
        path.write_text(f"this is {name}")
    fill(home / "warehouse.duckdb")
    return settings_of(home)


def test_a_back_up_holds_what_its_manifest_names(settings: Settings, tmp_path: Path) -> None:
    before = contents(settings.home / "reports")
    folder = backed_up(settings, tmp_path / "out")
    assert folder == tmp_path / "out" / NAME
    manifest = read_manifest(folder)
    assert set(manifest.files) == {"warehouse.duckdb", "reports/index.html", "models/a/training.json"}
    assert (manifest.made_at, manifest.sources, manifest.with_raw) == (NOW, ["olist"], False)
    assert (manifest.warehouse, manifest.databases, manifest.champions) == ("warehouse.duckdb", [], {})
    assert numbers(folder) == [(1,), (2,)]
    assert contents(settings.home / "reports") == before
    assert folder.stat().st_mode & 0o077 == 0, "nobody else may read it"
    with_raw = backed_up(settings, tmp_path / "out", with_raw=True, now=NOW + timedelta(seconds=1))
    assert "raw/olist/orders.csv" in read_manifest(with_raw).files


def test_a_warehouse_of_any_name_is_copied_while_others_are_kept_out(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home", ECOM_DUCKDB_PATH=str(tmp_path / "home" / "shop.db"))
    settings.home.mkdir()
    fill(settings.duckdb_path)
    folder = backed_up(settings, tmp_path / "out")
    assert read_manifest(folder).warehouse == "shop.db"
    other = "import duckdb, sys; duckdb.connect(sys.argv[1])"
    with held(settings.duckdb_path):
        copy_held(settings.duckdb_path, tmp_path / "copy.db")
        denied = subprocess.run(
            [sys.executable, "-c", other, str(settings.duckdb_path)], capture_output=True, text=True, check=False
        )
    assert "lock" in denied.stderr
    assert numbers(tmp_path, "copy.db") == [(1,), (2,)]
    new = settings_of(tmp_path / "new", ECOM_DUCKDB_PATH=str(tmp_path / "new" / "shop.db"))
    restored(new, folder)
    assert numbers(new.home, "shop.db") == [(1,), (2,)]


def test_a_warehouse_that_is_held_is_waited_for_and_then_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = WarehouseBusyError(str(settings.duckdb_path), "process 7 (dbt)", 120)

    def refuse(*_: object) -> None:
        raise busy

    monkeypatch.setattr(DuckDBWarehouse, "_open", refuse)
    with pytest.raises(WarehouseBusyError, match=r"process 7 \(dbt\)"):
        backed_up(settings, tmp_path / "out")
    assert folders(tmp_path / "out") == []


def test_no_back_up_is_overwritten_and_none_lies_in_its_home(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    before = contents(folder)
    with pytest.raises(BackupError, match="no back-up is ever overwritten"):
        backed_up(settings, tmp_path / "out", with_raw=True)
    assert contents(folder) == before
    with pytest.raises(BackupError, match="lies in the home that is copied"):
        backed_up(settings, settings.home / "out")
    with pytest.raises(BackupError, match="has no warehouse"):
        backed_up(settings_of(tmp_path / "none"), tmp_path / "out")


def test_a_killed_back_up_passes_for_none_and_is_removed_by_the_next(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patch:

        def killed(source: Path, target: Path) -> None:
            copy_used(source, target)
            raise KeyboardInterrupt

        patch.setattr(taking, "copy_used", killed)
        # A process that is killed cleans nothing up.
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            backed_up(settings, out)
    [left] = [path for path in out.iterdir() if path.is_dir()]
    for folder in (left, out):
        with pytest.raises(BackupError, match="is no back-up; name another folder"):
            restored(settings_of(tmp_path / "new"), folder)
    assert not (tmp_path / "new").exists()
    folder = backed_up(settings, out)
    assert folders(out) == [NAME]
    with pytest.raises(BackupError, match=f"the newest is {folder}"):
        read_manifest(out)


def test_a_back_up_that_fails_leaves_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise BackupError(f"{source} could not be copied (No space left on device)")

    monkeypatch.setattr(taking, "copy_used", full)
    with pytest.raises(BackupError, match="No space left"):
        backed_up(settings, tmp_path / "out")
    assert folders(tmp_path / "out") == []


def test_two_at_once_are_refused(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    with alone(tmp_path / "out" / ".lock", tmp_path / "out"):
        with pytest.raises(BackupError, match="another back-up or restoration is at work"):
            backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))
        with pytest.raises(BackupError, match="another back-up or restoration is at work"):
            prune(tmp_path / "out", 1)
    with (
        alone(tmp_path / ".home.restoring.lock", settings.home),
        pytest.raises(BackupError, match=f"is at work in {settings.home}"),
    ):
        restored(settings, folder, replace=True)
    assert folders(tmp_path / "out") == [NAME]
    backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))


def test_a_home_is_put_back_elsewhere_and_no_sample_passes_for_its_raw_files(
    settings: Settings, tmp_path: Path
) -> None:
    folder = backed_up(settings, tmp_path / "out")
    new = settings_of(tmp_path / "elsewhere" / "home")
    manifest, former = restored(new, folder)
    assert (manifest, former) == (read_manifest(folder), None)
    assert numbers(new.home) == [(1,), (2,)]
    assert (new.reports_dir / "index.html").read_text() == "this is reports/index.html"
    # Folders without files: a run asks for the files, and does not write a sample in their place.
    assert folders(new.raw_dir) == ["olist"]
    assert folders(new.home.parent) == ["home"]


def test_a_home_that_is_there_is_moved_aside_and_its_raw_files_stay(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    with duckdb.connect(str(settings.duckdb_path)) as connection:
        connection.execute("delete from numbers where n = 1")
    before = contents(settings.home)
    settings.home.chmod(0o750)
    with pytest.raises(BackupError, match="is not empty; ARGS=--replace moves it aside"):
        restored(settings, folder)
    assert contents(settings.home) == before
    _, former = restored(settings, folder, replace=True)
    assert former == tmp_path / f"home.before-{NAME}"
    assert contents(former) == before
    assert numbers(settings.home) == [(1,), (2,)]
    assert settings.home.stat().st_mode & 0o777 == 0o750
    assert (settings.raw_dir / "olist" / "orders.csv").read_text() == "this is raw/olist/orders.csv"


def test_raw_files_of_the_back_up_take_the_place_of_those_that_are_there(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out", with_raw=True)
    landed = settings.raw_dir / "olist" / "orders.csv"
    landed.write_text("another delivery")
    restored(settings, folder, replace=True)
    assert landed.read_text() == "this is raw/olist/orders.csv"


def test_what_a_killed_restoration_left_is_not_taken_over(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    left = tmp_path / ".new.restoring" / "reports" / "foreign.html"
    left.parent.mkdir(parents=True)
    left.write_text("of another back-up")
    restored(settings_of(tmp_path / "new"), folder)
    assert [path.name for path in (tmp_path / "new" / "reports").iterdir()] == ["index.html"]
    assert not left.parent.exists()


def test_a_home_that_cannot_be_put_in_place_leaves_the_former_one_there(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = backed_up(settings, tmp_path / "out")
    before = contents(settings.home)
    rename = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path.name == ".home.restoring":
            raise OSError("no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="no"):
        restored(settings, folder, replace=True)
    assert contents(settings.home) == before
    assert folders(tmp_path) == ["home", "out"]


def test_a_home_whose_warehouse_is_damaged_can_be_replaced(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out", with_raw=True)
    settings.duckdb_path.write_bytes(b"no database" * 1000)
    with pytest.raises(BackupError, match="cannot be read"):
        backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))
    restored(settings, folder, replace=True)
    assert numbers(settings.home) == [(1,), (2,)]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("reports/index.html", b"this is reports/index.htmL", "reports/index.html is damaged"),
        ("reports/index.html", None, "reports/index.html is missing"),
        ("reports/other.html", b"", "reports/other.html does not belong to it"),
        (MANIFEST, b"{}", "manifest.json cannot be read"),
    ],
)
def test_a_damaged_back_up_is_refused_by_the_name_of_the_file(
    settings: Settings, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    folder = backed_up(settings, tmp_path / "out")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(BackupError, match=words):
        restored(settings_of(tmp_path / "new"), folder)
    assert folders(tmp_path) == ["home", "out"]


def test_of_many_damaged_files_the_first_ones_are_named(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    for number in range(7):
        (folder / f"{number}.txt").write_text("")
    with pytest.raises(BackupError, match=r"4.txt does not belong to it and 2 more; take another one"):
        verify(folder, read_manifest(folder))


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"MLFLOW_TRACKING_URI": "http://models.example"}, "are kept by http://models.example"),
        ({"ECOM_REPORTS_DIR": "/elsewhere"}, "unset ECOM_REPORTS_DIR"),
        ({"ECOM_DUCKDB_PATH": "/elsewhere/other.duckdb"}, "whose views name it"),
        ({"ECOM_HOME": "/"}, "is a mount"),
        ({"ECOM_DAGSTER_POSTGRES_URL": "postgresql://a:b@localhost/c"}, "the settings name servers for: dagster.dump"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    settings: Settings, tmp_path: Path, variables: dict[str, str], words: str
) -> None:
    folder = backed_up(settings, tmp_path / "out")
    environ = {"ECOM_HOME": str(tmp_path / "new"), "ECOM_SOURCES": "olist"} | variables
    with pytest.raises(BackupError, match=words):
        restore(load_settings(environ), environ, folder, replace=False, now=NOW)
    assert folders(tmp_path) == ["home", "out"]


def test_what_a_server_of_mlflow_keeps_is_not_left_out_in_silence(settings: Settings, tmp_path: Path) -> None:
    served = settings_of(settings.home, MLFLOW_TRACKING_URI="http://models.example")
    with pytest.raises(BackupError, match=r"are kept by http://models\.example"):
        backed_up(served, tmp_path / "out")
    with pytest.raises(BackupError, match="leave --without-mlflow out"):
        backed_up(settings, tmp_path / "out", with_store=False)
    assert not (tmp_path / "out").exists()
    folder = backed_up(served, tmp_path / "out", with_store=False)
    assert "models/a/training.json" in read_manifest(folder).files
    with pytest.raises(BackupError, match="name MLflow's server in MLFLOW_TRACKING_URI"):
        restored(settings_of(tmp_path / "new"), folder)
    restored(settings_of(tmp_path / "new", MLFLOW_TRACKING_URI="http://models.example"), folder)
    assert numbers(tmp_path / "new") == [(1,), (2,)]


def test_only_the_newest_are_kept(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first, second, third = (backed_up(settings, out, now=NOW + timedelta(days=day)) for day in (0, 1, 2))
    own = shutil.copytree(first, out / "kept by hand")
    assert prune(out, 2) == [first]
    assert {path for path in out.iterdir() if path.is_dir()} == {own, second, third}
    verify(third, read_manifest(third))
    assert prune(out, 2) == []


def test_a_database_is_copied_with_what_stands_in_its_log(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table numbers as select 1 as n")
        connection.commit()
        copy_used(tmp_path / "a.db", tmp_path / "copy" / "a.db")
    with closing(sqlite3.connect(tmp_path / "copy" / "a.db")) as connection:
        assert connection.execute("select n from numbers").fetchall() == [(1,)]


@pytest.mark.parametrize("copy", [copy_held, copy_used, copy_at_rest])
def test_a_file_that_cannot_be_copied_is_named(tmp_path: Path, copy: Callable[[Path, Path], None]) -> None:
    with pytest.raises(BackupError, match=r"gone\.txt could not be copied"):
        copy(tmp_path / "gone.txt", tmp_path / "copy")


def test_a_run_under_way_is_named(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    with opened_instance(settings) as instance, hanging_run(instance.root_directory, "a_pool"):
        [run] = instance.get_runs()
        with pytest.raises(BackupError, match=rf"run {run.run_id} \(hanging_job\) is under way"):
            backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))
        with pytest.raises(BackupError, match=run.run_id):
            restored(settings, folder, replace=True)
    assert folders(tmp_path / "out") == [NAME]
    # Its process is gone: nobody works in the home any more.
    backed_up(settings, tmp_path / "out", now=NOW + timedelta(seconds=1))


def test_a_run_that_came_and_went_while_files_were_copied_spoils_the_copy(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.job(executor_def=dg.in_process_executor)
    def short_job() -> None:
        """Do nothing."""

    with opened_instance(settings) as instance:
        short_job.execute_in_process(instance=instance)

        def with_a_run(source: Path, target: Path) -> None:
            copy_used(source, target)
            if source.name == "index.html":
                short_job.execute_in_process(instance=instance)

        monkeypatch.setattr(taking, "copy_used", with_a_run)
        with pytest.raises(BackupError, match="a run was at work while files were copied"):
            backed_up(settings, tmp_path / "out")
        assert folders(tmp_path / "out") == []
        monkeypatch.undo()
        backed_up(settings, tmp_path / "out")


def test_a_home_that_another_process_works_in_is_not_moved(settings: Settings, tmp_path: Path) -> None:
    folder = backed_up(settings, tmp_path / "out")
    with opened_by_another(settings.reports_dir / "index.html") as pid:
        with pytest.raises(BackupError, match=rf"process {pid} \(.+\) has files of {settings.home} open"):
            restored(settings, folder, replace=True)
        refuse_open(tmp_path / "out")
    assert folders(tmp_path) == ["home", "out"]
    restored(settings, folder, replace=True)


def test_a_process_does_not_stand_in_its_own_way(settings: Settings) -> None:
    with (settings.reports_dir / "index.html").open():
        refuse_open(settings.home)


def test_the_store_that_is_put_back_finds_its_files_in_the_new_home(
    settings: Settings, store_file: Path, tmp_path: Path
) -> None:
    shutil.copyfile(store_file, settings.home / "mlflow.db")
    add_champion(settings.home / "mlflow.db", settings.mlflow_artifact_dir)
    folder = backed_up(settings, tmp_path / "out")
    assert read_manifest(folder).champions == {MODEL: "3"}
    new = settings_of(tmp_path / "new")
    restored(new, folder)
    champion = stored_champions(new.home / "mlflow.db", new.mlflow_artifact_dir)[MODEL]
    assert champion.number == "3"
    assert champion.folder == new.home / "mlartifacts" / "1" / "model"
    assert (champion.folder / "model.json").read_text() == "{}"


def test_a_home_without_the_files_of_who_serves_replaces_no_back_up(
    settings: Settings, store_file: Path, tmp_path: Path
) -> None:
    shutil.copyfile(store_file, settings.home / "mlflow.db")
    add_champion(settings.home / "mlflow.db", settings.mlflow_artifact_dir)
    shutil.rmtree(settings.mlflow_artifact_dir)
    with pytest.raises(BackupError, match=f"the files of {MODEL} version 3 are gone"):
        backed_up(settings, tmp_path / "out")
    (settings.home / "mlflow.db").write_bytes(b"no store")
    with pytest.raises(BackupError, match="the store of models cannot be read"):
        backed_up(settings, tmp_path / "out")
    assert folders(tmp_path / "out") == []
