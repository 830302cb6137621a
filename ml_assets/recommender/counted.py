"""What a recommender needs of all that is counted before a moment, and as it is saved with a version.

Belongs here: the parts, their files. Does not belong here: counting them (``as_of``), what is learned (``orders``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.clicks import Texts
from ml_assets.recommender.first_stage import FirstStage
from ml_assets.recommender.retrieval.als import ALSFactors
from ml_assets.recommender.serving_rules import Popular
from ml_assets.recommender.session_config import RetrievalConfig

_CATALOGUE = "catalogue.npz"
_IDS, _POPULARITY, _UNTIL = "ids", "popularity", "until"


class Part(StrEnum):
    """Parts that not every method needs, as they are called in what is saved."""

    STAGE = "first_stage"
    FACTORS = "factors"


@dataclass(frozen=True, slots=True)
class Counted:
    """Parts that were counted; items are numbered from 0 on, by ``ids``.

    Attributes
    ----------
    until
        No event at or after this moment is in any of them.
    ids
        Item ids by number.
    popularity
        Share of the views of the last days before that moment, by number.
    stage
        The first stage; None where the method does without, or where nothing goes with anything yet.
    factors
        Factors of items; None likewise.
    """

    until: np.datetime64
    ids: Texts
    popularity: NDArray[np.float64]
    stage: FirstStage | None = None
    factors: ALSFactors | None = None

    @property
    def popular(self) -> Popular:
        """All items that were viewed of late, the most popular one first; of equals the lower number."""
        order = np.argsort(-self.popularity, kind="stable")
        order = order[self.popularity[order] > 0]
        return Popular(order, self.popularity[order])

    @property
    def parts(self) -> tuple[Part, ...]:
        """Parts that there are beside the catalogue."""
        return tuple(part for part, it in ((Part.STAGE, self.stage), (Part.FACTORS, self.factors)) if it is not None)

    def save(self, folder: Path) -> None:
        """Write arrays alone into a folder."""
        np.savez_compressed(
            folder / _CATALOGUE,
            **{
                _IDS: self.ids.astype(np.str_),
                _POPULARITY: self.popularity,
                _UNTIL: self.until.astype("datetime64[us]").astype(np.int64),
            },
        )
        if self.stage is not None:
            self.stage.save(_file(folder, Part.STAGE))
        if self.factors is not None:
            self.factors.save(_file(folder, Part.FACTORS))

    @classmethod
    def load(cls, folder: Path, parts: Collection[Part], config: RetrievalConfig) -> Counted:
        """Return what ``save`` wrote.

        Parameters
        ----------
        folder
            Where it is.
        parts
            Those that there are.
        config
            Settings of the first stage.

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        """
        with np.load(folder / _CATALOGUE, allow_pickle=False) as arrays:
            ids, popularity, until = arrays[_IDS].astype(object), arrays[_POPULARITY], int(arrays[_UNTIL])
        return cls(
            until=np.datetime64(until, "us"),
            ids=ids,
            popularity=popularity,
            stage=FirstStage.load(_file(folder, Part.STAGE), config) if Part.STAGE in parts else None,
            factors=ALSFactors.load(_file(folder, Part.FACTORS)) if Part.FACTORS in parts else None,
        )


def _file(folder: Path, part: Part) -> Path:
    return folder / f"{part}.npz"
