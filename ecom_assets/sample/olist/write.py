"""Writes the marketplace: its files, its campaign, and what stands behind them.

Belongs here: files and their names. Does not belong here: rows.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ecom_assets.ingestion.sources.olist import OLIST
from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.files import QUOTED, write_table, write_windows_list
from ecom_assets.sample.olist.as_of import STATIC, known_tables, news
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.olist.categories import CATEGORIES
from ecom_assets.sample.olist.tables import raw_tables, to_arrow
from ecom_assets.sample.window import Window

_TRANSLATION = "product_category_name_translation"


def write_files(folder: Path, config: SampleConfig, market: Marketplace, window: Window) -> dict[str, int]:
    """Write what a window delivers and return the rows of each file; a further delivery has no empty files."""
    tables = delivered_tables(raw_tables(config, market), market, window)
    rows: dict[str, int] = {}
    for declared in OLIST.tables:
        file = window.file_name(declared.file_stems[0])
        if declared.name in tables:
            rows[file] = write_table(folder / file, to_arrow(declared, tables[declared.name]), QUOTED)
        elif declared.name == _TRANSLATION and not window.is_further:
            translated = [(category.name, category.english) for category in CATEGORIES if category.english]
            rows[file] = write_windows_list(folder / file, declared.column_names, [*translated])
    return rows


def delivered_tables(tables: dict[str, pd.DataFrame], market: Marketplace, window: Window) -> dict[str, pd.DataFrame]:
    """Return the rows of each file that a window delivers."""
    known = known_tables(tables, market, window.before)
    if window.since is None:
        return known
    earlier = known_tables(tables, market, window.since)
    further = {name: news(earlier[name], frame) for name, frame in known.items() if name not in STATIC}
    return {name: frame for name, frame in further.items() if len(frame)}
