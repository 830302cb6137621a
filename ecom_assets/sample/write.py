"""Builds the samples of the wanted sources and writes them: raw files, the planted campaign, the truth.

Belongs here: which files there are, where they lie, and the refusal to overwrite. Does not belong here: rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.sample.config import SampleConfig, Scenario
from ecom_assets.sample.drift import Drift
from ecom_assets.sample.olist import truth as marketplace_truth
from ecom_assets.sample.olist.assemble import build_marketplace
from ecom_assets.sample.olist.write import write_files as write_marketplace
from ecom_assets.sample.retailrocket import assemble as clicks
from ecom_assets.sample.scenarios import sample_config
from ecom_assets.sample.truth.files import write_json
from ecom_assets.sample.window import EVERYTHING, Window

TRUTH = "truth"
CAMPAIGN = "campaign"
_STATEMENT = "truth.json"


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


def write_sample(
    out: Path,
    *,
    scale: float,
    seed: int,
    sources: Iterable[str],
    scenario: Scenario = Scenario.MARKETPLACE,
    is_null: bool = False,
    drift: Drift | None = None,
    window: Window = EVERYTHING,
) -> tuple[WrittenFile, ...]:
    """Write a sample of each source into ``out/<source>/``, and what stands behind it into ``out/truth/``.

    Parameters
    ----------
    out
        Folder; made if missing.
    scale
        Size relative to the originals, 0.005 to 10.
    seed
        Entropy; equal arguments give equal bytes.
    sources
        Names of declared sources.
    scenario
        Which world is drawn.
    is_null
        Whether nothing in it depends on anything else.
    drift
        A planted change, if any.
    window
        Which stretch of the world is written. A further delivery lands next to earlier ones of the same arguments; the
        truth is replaced by that of the whole up to the window's end.

    Returns
    -------
    tuple of WrittenFile
        One entry a file, raw files first.

    Raises
    ------
    SampleExistsError
        If a raw file of the sample already exists; nothing is written then.
    ValueError
        If a source is unknown, the size is out of range, or a null world is asked to drift.
    """
    wanted = sample_sources(sources)
    config = sample_config(scale=scale, seed=seed, scenario=scenario, is_null=is_null, drift=drift)
    refuse_overwriting(out, wanted, window)
    (out / TRUTH).mkdir(parents=True, exist_ok=True)
    raw: list[WrittenFile] = []
    behind: list[WrittenFile] = []
    statement = _statement(config, window)
    for name in wanted:
        (out / name).mkdir(exist_ok=True)
        files, truth, statement[name] = _WRITERS[name](out, config, window)
        raw.extend(files)
        behind.extend(truth)
    write_json(out / TRUTH / _STATEMENT, statement)
    return (*raw, *behind)


def _write_olist(
    out: Path, config: SampleConfig, window: Window
) -> tuple[list[WrittenFile], list[WrittenFile], dict[str, object]]:
    """Draw and write the marketplace; return raw files, truth files and the statement on it."""
    market = build_marketplace(config)
    raw = _listed(out / "olist", write_marketplace(out / "olist", config, market, window))
    contacts = marketplace_truth.write_campaign(out / CAMPAIGN, config, market, window)
    truth = _listed(out / TRUTH, marketplace_truth.write_truth(out / TRUTH, config, market, window))
    return raw, _listed(out / CAMPAIGN, contacts) + truth, marketplace_truth.parameters_truth(config, market)


def _write_retailrocket(
    out: Path, config: SampleConfig, window: Window
) -> tuple[list[WrittenFile], list[WrittenFile], dict[str, object]]:
    """Draw and write the click stream; return raw files, truth files and the statement on it."""
    world = clicks.build_clicks(config)
    raw = _listed(out / "retailrocket", clicks.write_files(out / "retailrocket", config, world, window))
    truth = _listed(out / TRUTH, clicks.write_truth(out / TRUTH, config, world, window))
    return raw, truth, clicks.parameters_truth(config)


_WRITERS: dict[
    str,
    Callable[[Path, SampleConfig, Window], tuple[list[WrittenFile], list[WrittenFile], dict[str, object]]],
] = {"olist": _write_olist, "retailrocket": _write_retailrocket}


def _listed(folder: Path, rows: Mapping[str, int]) -> list[WrittenFile]:
    """Return the entries of the files of a folder."""
    return [WrittenFile(folder / file, count) for file, count in rows.items()]


def _statement(config: SampleConfig, window: Window) -> dict[str, object]:
    """Return what was asked for."""
    return {
        "scale": config.scale,
        "seed": config.seed,
        "scenario": config.scenario.value,
        "is_null": config.is_null,
        "drift": None if config.drift is None else config.drift.statement(),
        "until": window.until,
    }


def sample_sources(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names in declared order; refuse unknown ones."""
    wanted = set(names)
    unknown = sorted(wanted - _WRITERS.keys())
    if unknown:
        raise ValueError(f"no sample for {', '.join(unknown)}; known sources: {', '.join(_WRITERS)}")
    return tuple(name for name in SOURCES if name in wanted)


def sample_files(source: str, window: Window) -> tuple[str, ...]:
    """Return the file names that a source's sample may have."""
    return tuple(window.file_name(stem) for table in SOURCES[source].tables for stem in table.file_stems)


def refuse_overwriting(out: Path, sources: Iterable[str], window: Window) -> None:
    """Raise if a file of the sample already lies in the folder."""
    present = [path for name in sources for file in sample_files(name, window) if (path := out / name / file).exists()]
    if present:
        raise SampleExistsError(
            f"{out} already holds {len(present)} of the files to be written, the first is {present[0]}. "
            "Name an empty folder, or remove these files first."
        )
