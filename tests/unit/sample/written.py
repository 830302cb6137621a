"""A sample on disk and how the tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True)
class Written:
    """A sample on disk."""

    folder: Path

    def text(self, source: str, stem: str) -> pd.DataFrame:
        """Read a file with every value as text and empty ones missing."""
        path = self.folder / source / f"{stem}.csv"
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8-sig")

    def olist(self, name: str) -> pd.DataFrame:
        """Read an Olist file by the middle of its name."""
        return self.text("olist", f"olist_{name}_dataset")

    def orders(self) -> pd.DataFrame:
        """Read the orders with times as times, under short names."""
        frame = self.olist("orders")
        frame.columns = pd.Index(
            ["order_id", "customer_id", "status", "purchased", "approved", "carrier", "delivered", "promised"]
        )
        for column in frame.columns[3:]:
            frame[column] = pd.to_datetime(frame[column])
        return frame
