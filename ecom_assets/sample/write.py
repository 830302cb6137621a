"""Builds the samples of the wanted sources and writes them as files.

Belongs here: which files there are, and the refusal to overwrite. Does not belong here: rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.olist.assemble import write_olist
from ecom_assets.sample.retailrocket.assemble import write_retailrocket

_WRITERS: dict[str, Callable[[Path, SampleConfig], dict[str, int]]] = {
    "olist": write_olist,
    "retailrocket": write_retailrocket,
}


class SampleExistsError(FileExistsError):
    """The folder already holds files that the sample would replace."""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of a sample.

    Attributes
    ----------
    path
        Where it lies.
    rows
        Records in it, without the header.
    """

    path: Path
    rows: int


def write_sample(out: Path, *, scale: float, seed: int, sources: Iterable[str]) -> tuple[WrittenFile, ...]:
    """Write a sample of each source into ``out/<source>/``.

    Parameters
    ----------
    out
        Folder; made if missing.
    scale
        Size relative to the originals, 0.005 to 10.
    seed
        Entropy; equal scale and seed give equal bytes.
    sources
        Names of declared sources.

    Returns
    -------
    tuple of WrittenFile
        One entry a file, in the order of the declarations.

    Raises
    ------
    SampleExistsError
        If a file of the sample already exists; nothing is written then.
    ValueError
        If a source is unknown or the size is out of range.
    """
    wanted = sample_sources(sources)
    config = SampleConfig(scale=scale, seed=seed)
    refuse_overwriting(out, wanted)
    written: list[WrittenFile] = []
    for name in wanted:
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        rows = _WRITERS[name](folder, config)
        written.extend(WrittenFile(folder / file, rows[file]) for file in sample_files(name))
    return tuple(written)


def sample_sources(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names in declared order; refuse unknown ones."""
    wanted = set(names)
    unknown = sorted(wanted - _WRITERS.keys())
    if unknown:
        raise ValueError(f"no sample for {', '.join(unknown)}; known sources: {', '.join(_WRITERS)}")
    return tuple(name for name in SOURCES if name in wanted)


def sample_files(source: str) -> tuple[str, ...]:
    """Return the file names of a source's sample."""
    return tuple(f"{stem}.csv" for table in SOURCES[source].tables for stem in table.file_stems)


def refuse_overwriting(out: Path, sources: Iterable[str]) -> None:
    """Raise if a file of the sample already lies in the folder."""
    present = [path for name in sources for file in sample_files(name) if (path := out / name / file).exists()]
    if present:
        raise SampleExistsError(
            f"{out} already holds {len(present)} of the files to be written, the first is {present[0]}. "
            "Name an empty folder, or remove these files first."
        )
