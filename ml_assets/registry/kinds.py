"""Which code reads a saved model: its kind is told by a file that all folders of the kind have.

Belongs here: the kinds, and finding the one of a folder. Does not belong here: how a kind is saved or answers (its own
room), MLflow (``serving_format``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, Self, cast

import pandas as pd


class UnreadableModelError(ValueError):
    """A folder does not hold a model of a form that this version reads; the message names the repair."""

    @classmethod
    def of(cls, file: Path, error: Exception) -> Self:
        """Return the error of a file that could not be read."""
        return cls(
            f"{file} is of a form that this version does not read ({error}); "
            "load it with the version of this package that saved it, or train anew"
        )


class Servable(Protocol):
    """A loaded model of any kind."""

    def served(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return what others get of it for rows of features, in columns and with the rows' index."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """How models of a kind are read.

    Attributes
    ----------
    file
        Name of a file that each folder of the kind has, and no folder of another kind.
    module, name
        Class that has ``load(folder)``, which returns a ``Servable``. It is imported when a folder asks for it.
    needs
        Packages that reading and answering need, beside those that all kinds need.
    """

    file: str
    module: str
    name: str
    needs: tuple[str, ...] = ()

    def load(self, folder: Path) -> Servable:
        """Return the model of a folder."""
        load = cast("Callable[[Path], Servable]", getattr(import_module(self.module), self.name).load)
        return load(folder)


# A closed list: no file of a model may name the code that reads it.
KINDS: dict[str, Kind] = {
    kind.file: kind
    for kind in (
        Kind("model.json", "ml_assets.classification.fitted", "FittedClassifier"),
        Kind("value.json", "ml_assets.cltv.fitted", "FittedValue"),
        Kind("segmentation.json", "ml_assets.segmentation.fitted", "FittedSegmentation"),
        Kind("recommender.json", "ml_assets.recommender.fitted", "FittedRecommender", ("dagster", "implicit")),
    )
}


def kind_of(folder: Path) -> Kind:
    """Return the kind of the model in a folder.

    Raises
    ------
    UnreadableModelError
        If it is of none that is known, or of several.
    """
    found = [kind for file, kind in KINDS.items() if (folder / file).is_file()]
    if len(found) != 1:
        raise UnreadableModelError(
            f"{folder} holds {len(found)} of the files {', '.join(KINDS)}, one of which says what kind of model it is; "
            "load it with the version of this package that saved it, or train anew"
        )
    return found[0]
