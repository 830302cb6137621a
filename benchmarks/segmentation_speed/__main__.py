"""Command line: ``python -m benchmarks.segmentation_speed`` times the methods and writes the table.

Belongs here: drawn points, arguments, clocks, the table. Does not belong here: the methods.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from benchmarks.report import Machine, markdown_table, print_or_write
from ml_assets.segmentation.config import SegmentationConfig
from ml_assets.segmentation.density import DensityMethod
from ml_assets.segmentation.k_means import KMeansMethod
from ml_assets.segmentation.partition import Method

FloatArray = npt.NDArray[np.float64]

_NAME = "segmentation_speed"
_SEED = 7
_GROUPS, _NOISE_SHARE, _SPREAD = 6, 0.1, 0.8
_GOAL_SECONDS = 60.0
_HEADER = ("way", "fit, s", "assign all, s", "both, s", f"goal ≤ {_GOAL_SECONDS:g} s", "segments", "noise", "ARI")
_NOTE = (
    f"Points of {_GROUPS} groups of unequal size in a space of normal laws, and {_NOISE_SHARE:.0%} spread over all of "
    "it. ARI: adjusted Rand index with the groups drawn, those spread over all being a group of their own. The "
    "platform fits HDBSCAN to a fixed random part and assigns everybody by stored neighbours; the second line fits all."
)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds, segments, share of noise and agreement of one way."""

    way: str
    fit_seconds: float
    assign_seconds: float
    segments: int
    noise_share: float
    agreement: float

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.fit_seconds + self.assign_seconds


def points(rows: int, columns: int, seed: int) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Return places and the group of each, the last group being spread over all the space."""
    generator = np.random.default_rng(seed)
    group = generator.choice(_GROUPS + 1, rows, p=_shares())
    centres = generator.uniform(-4.0, 4.0, (_GROUPS + 1, columns))
    near = centres[group] + _SPREAD * generator.standard_normal((rows, columns))
    anywhere = generator.uniform(-6.0, 6.0, (rows, columns))
    return np.where((group == _GROUPS)[:, None], anywhere, near), group.astype(np.int64)


def timed(way: str, method: Method, matrix: FloatArray, group: npt.NDArray[np.int64]) -> Timed:
    """Fit a method and let it assign everybody.

    Raises
    ------
    ValueError
        If it finds no two segments.
    """
    started = time.monotonic()
    partition = method.fit(matrix, _SEED)
    fitted = time.monotonic()
    if partition is None:
        raise ValueError(f"{way} finds no two segments among the drawn points; draw more of them")
    placed = partition.place(matrix)
    ended = time.monotonic()
    label = np.where(placed.is_noise, -1, placed.label)
    return Timed(
        way=way,
        fit_seconds=fitted - started,
        assign_seconds=ended - fitted,
        segments=partition.segments,
        noise_share=float(placed.is_noise.mean()),
        agreement=float(adjusted_rand_score(group, label)),
    )


def timed_scikit_learn(
    matrix: FloatArray, group: npt.NDArray[np.int64], cluster_share: float, neighbours: int
) -> Timed:
    """Fit scikit-learn's HDBSCAN to everybody; it labels who it is fitted to, and nobody else."""
    method = HDBSCAN(min_cluster_size=round(cluster_share * len(matrix)), min_samples=neighbours, copy=True)
    started = time.monotonic()
    label = method.fit_predict(matrix)
    return Timed(
        way="scikit-learn's HDBSCAN, fitted to all",
        fit_seconds=time.monotonic() - started,
        assign_seconds=0.0,
        segments=int(label.max()) + 1,
        noise_share=float((label < 0).mean()),
        agreement=float(adjusted_rand_score(group, label)),
    )


def measured(rows: int, columns: int, config: SegmentationConfig) -> list[Timed]:
    """Time all ways on the same points."""
    matrix, group = points(rows, columns, _SEED)
    density, share = config.density, config.density.cluster_shares[0]
    return [
        timed(
            f"HDBSCAN, fitted to {min(rows, density.max_rows):,}, all assigned (the platform's way)",
            DensityMethod(share, density.neighbours, density.max_rows),
            matrix,
            group,
        ),
        timed("HDBSCAN, fitted to all", DensityMethod(share, density.neighbours, rows), matrix, group),
        timed_scikit_learn(matrix, group, share, density.neighbours),
        timed("K-Means", KMeansMethod(_GROUPS, config.k_means.starts, config.threads), matrix, group),
    ]


def table(found: Sequence[Timed]) -> str:
    """Return the figures as a table with a note below."""
    lines = [
        (
            each.way,
            f"{each.fit_seconds:.1f}",
            f"{each.assign_seconds:.1f}",
            f"{each.seconds:.1f}",
            "met" if each.seconds <= _GOAL_SECONDS else "missed",
            str(each.segments),
            f"{each.noise_share:.0%}",
            f"{each.agreement:.3f}",
        )
        for each in found
    ]
    return f"{markdown_table(_HEADER, lines)}\n\n{_NOTE}"


def argument_parser() -> argparse.ArgumentParser:
    """Declare the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.segmentation_speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="customers (default 100,000)")
    parser.add_argument("--columns", type=int, default=8, metavar="P", help="features (default 8)")
    parser.add_argument("--print-only", action="store_true", help="print the table; leave the written result alone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the table; a missed goal is told, and is no error."""
    options = argument_parser().parse_args(arguments)
    found = measured(options.rows, options.columns, SegmentationConfig())
    title = f"Segmentation of {options.rows:,} customers by {options.columns} features"
    figures = [asdict(each) | {"seconds": each.seconds} for each in found]
    print_or_write(_NAME, title, Machine.here(), figures, table(found), print_only=options.print_only)
    return 0


def _shares() -> FloatArray:
    sizes = np.arange(_GROUPS, 0, -1, dtype=np.float64)
    return np.append(sizes / sizes.sum() * (1 - _NOISE_SHARE), _NOISE_SHARE)


if __name__ == "__main__":
    sys.exit(main())
