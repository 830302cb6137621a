"""What a question may have beside its probability: further columns of its scores, further tables of its card.

Belongs here: the type by which a room hands them over. Does not belong here: any such column (``late_delivery.days``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg
import pandas as pd

from ml_assets.files import ModelFiles
from ml_assets.reports.plain_card import FactsTable


@dataclass(frozen=True, slots=True)
class Extras:
    """Columns and tables that another asset prepares.

    Attributes
    ----------
    asset
        The asset.
    columns
        From the files that it left and rows of the feature table to columns of the scores, with the rows' index.
    tables
        From these files to tables of the card.
    """

    asset: dg.AssetKey
    columns: Callable[[ModelFiles, pd.DataFrame], pd.DataFrame]
    tables: Callable[[ModelFiles], tuple[FactsTable, ...]]
