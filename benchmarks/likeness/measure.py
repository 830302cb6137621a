"""Measures both sides: reads folders, applies all margins, estimates the noise of small samples.

Belongs here: which margins there are and what they are applied to. Does not belong here: tables.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.likeness import (
    olist_baskets,
    olist_delivery,
    olist_orders,
    olist_reviews,
    olist_sellers,
    retailrocket_items,
    retailrocket_visits,
)
from benchmarks.likeness.clicks import Clicks, read_extract, read_sample
from benchmarks.likeness.margin import Margin, Side
from benchmarks.likeness.marketplace import Marketplace, read_marketplace
from ecom_assets.sample import write_sample

OLIST: tuple[Margin[Marketplace], ...] = (
    *olist_orders.MARGINS,
    *olist_baskets.MARGINS,
    *olist_delivery.MARGINS,
    *olist_reviews.MARGINS,
    *olist_sellers.MARGINS,
)
RETAILROCKET: tuple[Margin[Clicks], ...] = (*retailrocket_visits.MARGINS, *retailrocket_items.MARGINS)
SOURCES = ("olist", "retailrocket")
SMALL_SCALE = 0.05


def margins_of(source: str) -> tuple[Margin[Marketplace], ...] | tuple[Margin[Clicks], ...]:
    """Return the margins of a source, in the order of the table."""
    return OLIST if source == "olist" else RETAILROCKET


def figures(side: Side, margins: Iterable[Margin[Side]]) -> dict[str, float]:
    """Return each margin's figure of one side."""
    return {margin.name: margin.function(side) for margin in margins}


def sample_figures(folder: Path) -> dict[str, dict[str, float]]:
    """Return the figures of a generated sample, by source."""
    return {
        "olist": figures(read_marketplace(folder / "olist", is_extract=False), OLIST),
        "retailrocket": figures(read_sample(folder / "retailrocket"), RETAILROCKET),
    }


def extract_figures(folder: Path) -> dict[str, dict[str, float]]:
    """Return the figures that the extract of the real data can give, by source."""
    marketplace = read_marketplace(folder / "olist", is_extract=True)
    clicks = read_extract(folder / "retailrocket")
    return {
        "olist": figures(marketplace, (margin for margin in OLIST if margin.is_measured)),
        "retailrocket": figures(clicks, (margin for margin in RETAILROCKET if margin.is_measured)),
    }


def stale_real_figures(folder: Path) -> list[str]:
    """Return a line for each declared real figure that the extract does not give when rounded as declared."""
    measured = extract_figures(folder)
    return [
        f"{source}: {margin.name} is declared as {margin.real}, the extract gives {measured[source][margin.name]:.6g}"
        for source in SOURCES
        for margin in margins_of(source)
        if margin.is_measured and margin.real is not None
        if round(measured[source][margin.name], _decimals(margin.real)) != margin.real
    ]


def _decimals(declared: float) -> int:
    """Return the digits behind the point of a declared figure."""
    return len(repr(declared).partition(".")[2])


def small_sample_spread(seeds: Sequence[int]) -> dict[str, dict[str, float]]:
    """Return the standard deviation of each figure among samples of a twentieth of the real size, one of each seed."""
    drawn: list[Mapping[str, Mapping[str, float]]] = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            write_sample(Path(folder), scale=SMALL_SCALE, seed=seed, sources=SOURCES)
            drawn.append(sample_figures(Path(folder)))
    return {
        source: {
            margin.name: float(np.std([figures_of[source][margin.name] for figures_of in drawn], ddof=1))
            for margin in margins_of(source)
        }
        for source in SOURCES
    }


def rounded(number: float) -> float:
    """Return a number with six significant digits, whole ones as they are, so that results read well."""
    if number == round(number):
        return number
    return round(number, 5 - math.floor(math.log10(abs(number))))
