"""Does a single column, or a tree of depth two, tell the answer too well to be honest?

Belongs here: the search for such columns among the features of a panel. Does not belong here: leaks of time, which
only rebuilding from raw data shows; what follows from a finding (``registry``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from ml_assets.classification.evaluation import LeakFinding
from ml_assets.classification.panel import Panel
from ml_assets.config import PromotionConfig
from ml_assets.metrics.ranking import Ranking

FloatArray = npt.NDArray[np.float64]

_MAX_ROWS = 200_000
# With fewer rows of the rarer answer, one of many columns orders them well by chance.
_MIN_EVENTS = 10
# Rows of the average that a category's share of yes is drawn towards.
_SMOOTHING = 10.0
_TREE_DEPTH = 2


@dataclass(frozen=True, slots=True)
class _Telling:
    """How well a score tells the rarer answer: AUC, and precision among as many top rows as there are such answers."""

    auc: float
    precision: float


def leak_findings(panel: Panel, config: PromotionConfig, seed: int) -> tuple[LeakFinding, ...]:
    """Return the columns that alone tell the answer too well, and a tree of depth two over the others if it does.

    Suspicion begins at an AUC of ``leak_auc``, in either direction, or where of the rows that stand highest or
    lowest, as many as have the rarer answer, a share of ``leak_precision`` has it. (Of the more frequent answer any
    column would have that precision.) Unknown values may stand below or above all others. Whatever is fitted, shares
    of categories and the tree, is fitted on one half of the entities and judged on the other, each way.

    Parameters
    ----------
    panel
        Rows of a question; those without a label do not count. Above 200,000 rows a fixed sample of them is looked at.
    config
        The two thresholds.
    seed
        Of the sample, the halves and the tree.

    Returns
    -------
    Findings by falling AUC, then by name. None where there are fewer than ten rows of the rarer answer: there a column
    can tell the answer by chance.
    """
    generator = np.random.default_rng(seed)
    rows = np.flatnonzero(~np.isnan(panel.label))
    if len(rows) > _MAX_ROWS:
        rows = np.sort(generator.choice(rows, _MAX_ROWS, replace=False))
    label = panel.label[rows]
    is_rarer = label if label.sum() <= len(label) / 2 else 1 - label
    if is_rarer.sum() < _MIN_EVENTS:
        return ()
    features, halves = panel.features.iloc[rows], _halves(panel.entity[rows], generator)
    told = {
        str(name): _of_category(column, is_rarer, halves)
        if _is_text(column)
        else _of_number(_numbers(column), is_rarer)
        for name, column in features.items()
    }
    findings = [_finding((name,), telling) for name, telling in told.items() if _is_suspect(telling, config)]
    others = [name for name, telling in told.items() if not _is_suspect(telling, config)]
    if others:
        columns, telling = _of_tree(features[others], is_rarer, halves, seed)
        if _is_suspect(telling, config):
            findings.append(_finding(columns, telling))
    return tuple(sorted(findings, key=lambda each: (-each.auc, each.columns)))


def _is_suspect(telling: _Telling, config: PromotionConfig) -> bool:
    return telling.auc >= config.leak_auc or telling.precision >= config.leak_precision


def _finding(columns: tuple[str, ...], telling: _Telling) -> LeakFinding:
    what = f"Column {columns[0]} alone" if len(columns) == 1 else f"A tree of depth two on {', '.join(columns)}"
    return LeakFinding(
        columns=columns,
        auc=telling.auc,
        precision=telling.precision,
        reason=(
            f"{what} orders the rows with an AUC of {telling.auc:.3f}; of as many top rows as have the rarer answer, "
            f"{telling.precision:.1%} have it. Look at when the value is known; what is known too late belongs in "
            "not_features."
        ),
    )


def _is_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column.dtype)


def _numbers(column: pd.Series) -> FloatArray:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _halves(entity: npt.NDArray[np.int64], generator: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return a mask of the rows of a random half of the entities."""
    entities, number = np.unique(entity, return_inverse=True)
    in_first = np.arange(len(entities)) < len(entities) / 2
    return generator.permutation(in_first)[number]


def _telling(is_rarer: FloatArray, score: FloatArray) -> _Telling:
    """Return how well a score tells the rarer answer if it is high there."""
    cumulated = Ranking.of(is_rarer, score).cumulate(np.ones((1, len(score))))
    share = is_rarer.sum() / len(is_rarer)
    return _Telling(auc=float(cumulated.auc()[0]), precision=float(cumulated.precision(share)[0]))


def _of_number(values: FloatArray, is_rarer: FloatArray) -> _Telling:
    """Return the best that the order of a column tells, up or down, with unknown values at either end."""
    unknown = np.isnan(values)
    ends = [-np.inf, np.inf] if unknown.any() else [0.0]
    placed = [np.where(unknown, end, values) for end in ends]
    tellings = [_telling(is_rarer, sign * each) for each in placed for sign in (1, -1)]
    return _Telling(auc=max(each.auc for each in tellings), precision=max(each.precision for each in tellings))


def _of_category(column: pd.Series, is_rarer: FloatArray, halves: npt.NDArray[np.bool_]) -> _Telling:
    """Return what the share of the rarer answer by category, learned on one half, tells on the other."""
    codes = pd.factorize(column, use_na_sentinel=False)[0]
    return _mean(
        [
            _telling(
                is_rarer[judged], _category_shares(codes[fitted], is_rarer[fitted], codes.max() + 1)[codes[judged]]
            )
            for fitted, judged in _ways(is_rarer, halves)
        ]
    )


def _category_shares(codes: npt.NDArray[np.intp], is_rarer: FloatArray, categories: int) -> FloatArray:
    """Return the share of each category, drawn towards that of all the less rows it has."""
    rows, events = np.bincount(codes, minlength=categories), np.bincount(codes, is_rarer, minlength=categories)
    return np.asarray((events + _SMOOTHING * is_rarer.mean()) / (rows + _SMOOTHING), dtype=np.float64)


def _of_tree(
    features: pd.DataFrame, is_rarer: FloatArray, halves: npt.NDArray[np.bool_], seed: int
) -> tuple[tuple[str, ...], _Telling]:
    """Return the columns that trees of depth two ask for, and what they tell of the half they were not fitted on."""
    asked: set[str] = set()
    tellings = []
    for fitted, judged in _ways(is_rarer, halves):
        matrix = _matrix(features, is_rarer, fitted)
        tree = DecisionTreeClassifier(max_depth=_TREE_DEPTH, class_weight="balanced", random_state=seed)
        tree.fit(matrix[fitted], is_rarer[fitted])
        asked |= {str(features.columns[position]) for position in tree.tree_.feature if position >= 0}
        tellings.append(_telling(is_rarer[judged], tree.predict_proba(matrix[judged])[:, 1]))
    return tuple(sorted(asked)), _mean(tellings)


def _matrix(features: pd.DataFrame, is_rarer: FloatArray, fitted: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Return numbers as they are and categories by their share of the rarer answer among the fitted rows."""
    columns = []
    for _, column in features.items():
        if _is_text(column):
            codes = pd.factorize(column, use_na_sentinel=False)[0]
            columns.append(_category_shares(codes[fitted], is_rarer[fitted], codes.max() + 1)[codes])
        else:
            columns.append(_numbers(column))
    matrix = np.column_stack(columns)
    largest = np.finfo(np.float32).max
    return np.clip(matrix, -largest, largest).astype(np.float32)


def _ways(
    is_rarer: FloatArray, halves: npt.NDArray[np.bool_]
) -> list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """Return the masks of rows to fit and to judge on, each way in which both have both answers."""
    both = all(0 < is_rarer[half].sum() < half.sum() for half in (halves, ~halves))
    return [(halves, ~halves), (~halves, halves)] if both else []


def _mean(tellings: list[_Telling]) -> _Telling:
    """Return the mean of both ways; nothing is told where halves cannot be judged."""
    if not tellings:
        return _Telling(auc=0.5, precision=0.0)
    return _Telling(
        auc=float(np.mean([each.auc for each in tellings])),
        precision=float(np.mean([each.precision for each in tellings])),
    )
