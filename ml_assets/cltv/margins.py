"""Margins of value: logarithms of expected money that are sums of what each column adds.

Belongs here: which kinds there are, sums of them. Does not belong here: each kind's own fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ml_assets.classification.combined import CombinedMargin
from ml_assets.classification.margins import MarginModel
from ml_assets.classification.trees import TreeMargin
from ml_assets.cltv.log_linear import LogLinearMargin
from ml_assets.cltv.rules import ProductMargin

_SIMPLE: Mapping[str, type[MarginModel]] = {model.kind: model for model in (ProductMargin, LogLinearMargin, TreeMargin)}


class SumOfMargins(CombinedMargin):
    """A weighted sum of log money: a product of its parts, or their geometric mean."""

    kinds: ClassVar[Mapping[str, type[MarginModel]]] = _SIMPLE


KINDS: Mapping[str, type[MarginModel]] = {**_SIMPLE, SumOfMargins.kind: SumOfMargins}


def constant(logarithm: float) -> ProductMargin:
    """Return a product of no column: the same for everyone."""
    return ProductMargin(factors=(), places=(), centres=(), constant=logarithm)


def sum_of(*parts: MarginModel, weight: float = 1.0) -> SumOfMargins:
    """Return a sum of margins, all with the same weight; sums among the parts are taken apart."""
    flat: list[MarginModel] = []
    weights: list[float] = []
    for part in parts:
        if isinstance(part, CombinedMargin):
            flat.extend(part.parts)
            weights.extend(weight * each for each in part.weights)
        else:
            flat.append(part)
            weights.append(weight)
    return SumOfMargins(parts=tuple(flat), weights=tuple(weights))
