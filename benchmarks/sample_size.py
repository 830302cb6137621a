"""How long the sample generator takes and how much memory it needs, by size.

Belongs here: one run of the command a size, in a process of its own. Does not belong here: what is in a sample.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import Machine, markdown_table, write_result

_NAME = "sample_size"
_SIZES = (0.05, 1.0, 10.0)
_SEED = 7


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run.

    Attributes
    ----------
    scale
        Size asked for.
    seconds
        Wall time of the whole process.
    peak_gib
        Largest resident memory of the process.
    raw_gib
        Size of the raw files.
    rows
        Records in the raw files.
    """

    scale: float
    seconds: float
    peak_gib: float
    raw_gib: float
    rows: int


def measure(scale: float) -> Measurement:
    """Write a sample in a process of its own and measure it.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    with TemporaryDirectory(prefix="sample_size_") as folder:
        command = [sys.executable, "-m", "ecom_assets.sample", f"--scale={scale}", f"--seed={_SEED}", f"--out={folder}"]
        started = time.monotonic()
        listing = Path(folder) / "listing.txt"
        with listing.open("w") as out:
            process = subprocess.Popen(command, stdout=out)
            # The usage of this one child: the resource module adds up all of them.
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        if status != 0:
            raise RuntimeError(f"{' '.join(command)} ended with status {status}")
        raw = [path for source in ("olist", "retailrocket") for path in (Path(folder) / source).iterdir()]
        rows = [line.split(" rows  ") for line in listing.read_text().splitlines()]
        return Measurement(
            scale=scale,
            seconds=round(seconds, 1),
            peak_gib=round(usage.ru_maxrss / 2**20, 2),
            raw_gib=round(sum(path.stat().st_size for path in raw) / 2**30, 2),
            rows=sum(int(count.replace(",", "")) for count, path in rows if Path(path) in raw),
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the sizes and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sample_size", description=__doc__)
    parser.add_argument("--scales", type=float, nargs="+", default=_SIZES)
    options = parser.parse_args(arguments)
    measured = [measure(scale) for scale in options.scales]
    header = ("scale", "seconds", "peak memory, GiB", "raw files, GiB", "raw records")
    rows = [
        (f"{m.scale:g}", f"{m.seconds:.1f}", f"{m.peak_gib:.2f}", f"{m.raw_gib:.2f}", f"{m.rows:,}") for m in measured
    ]
    title = f"Sample generator by size (seed {_SEED}, both sources, truth included)"
    print(write_result(_NAME, title, Machine.here(), [asdict(m) for m in measured], markdown_table(header, rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
