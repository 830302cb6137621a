"""``make features``: writes from which raw columns features descend; with ``--check`` only whether that is current.

Belongs here: letting dbt compile, writing and comparing the file. Does not belong here: tracing columns
(``dbt.lineage``), what is declared of them (``dbt.raw_columns``).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ecom_assets.dbt.raw_columns import raw_columns, raw_columns_text
from ecom_assets.environment import DBT_PROJECT_DIR, REPOSITORY, export_settings, load_settings

RAW_COLUMNS = REPOSITORY / "ml_assets" / "monitoring" / "raw_columns.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 if the file was to be checked and is out of date."""
    parser = argparse.ArgumentParser(prog="make features", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the file is out of date")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="compiled_") as folder:
        text = raw_columns_text(raw_columns(compiled_manifest(Path(folder))))
    if RAW_COLUMNS.exists() and RAW_COLUMNS.read_text() == text:
        return 0
    if options.check:
        print(f"{RAW_COLUMNS.relative_to(REPOSITORY)} does not match the SQL of the models; run make features")
        return 1
    RAW_COLUMNS.write_text(text)
    print(f"{RAW_COLUMNS.relative_to(REPOSITORY)} written")
    return 0


def compiled_manifest(home: Path) -> Mapping[str, Any]:
    """Return dbt's manifest with the SQL of all models, compiled in a home of its own on an empty warehouse."""
    settings = load_settings({"ECOM_HOME": str(home)})
    environ = dict(os.environ)
    export_settings(settings, environ)
    program = Path(sys.executable).with_name("dbt")
    subprocess.run(
        [program, "--quiet", "compile", "--project-dir", DBT_PROJECT_DIR, "--profiles-dir", DBT_PROJECT_DIR],
        env=environ,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    manifest: Mapping[str, Any] = json.loads((settings.dbt_target_dir / "manifest.json").read_bytes())
    return manifest


if __name__ == "__main__":
    sys.exit(main())
