"""Builds of a small sample as it is, as of some days, and with nonsense after them; made once for all tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ecom_assets.comparison.builds import Build
from ecom_assets.environment import load_settings
from ecom_assets.point_in_time.audit import Kind, build_past
from ecom_assets.point_in_time.builds import Workshop

CUTS: Mapping[str, tuple[date, ...]] = {
    "olist": (date(2017, 8, 31), date(2018, 1, 31), date(2018, 5, 31)),
    "retailrocket": (date(2015, 6, 14), date(2015, 7, 26), date(2015, 8, 30)),
}
POISONED: Mapping[str, tuple[date, ...]] = {source: cuts[:2] for source, cuts in CUTS.items()}


@dataclass(frozen=True)
class Pasts:
    """The builds of one source, in a folder."""

    source: str
    folder: Path

    @property
    def whole(self) -> Build:
        """Return the build of the sample as it is."""
        return Build(self.folder / "whole.duckdb")

    def past(self, day: date, kind: Kind) -> Build:
        """Return the build as of a day."""
        return Build(self.folder / f"{kind}_{day}.duckdb")


def make_pasts(folder: Path, raw_dir: Path, source: str) -> None:
    """Build all of a source."""
    settings = load_settings({"ECOM_HOME": str(folder), "ECOM_RAW_DIR": str(raw_dir), "ECOM_SOURCES": source})
    workshop = Workshop(folder, settings, source)
    workshop.build("whole", raw_dir)
    for kind, days in ((Kind.CUT, CUTS[source]), (Kind.POISONED, POISONED[source])):
        for day in days:
            build_past(workshop, settings, day, kind)
