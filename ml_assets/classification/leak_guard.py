"""Search for a single column, or a tree of depth two, that tells the answer too well to be honest.

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
# A tree takes no infinite values, and sums of columns must fit into a float32.
_LARGEST = 1e30
# A tree also splits what is pure but for an odd row; columns that it gains no more than this from are not named.
_NAMED_IMPORTANCE = 0.02
# Differences are looked at between so many of the most telling columns and all others, on at most so many rows.
_TELLING_COLUMNS = 3
_MAX_DIFFERENCE_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class _Telling:
    """How well a score tells the rarer answer: AUC, and precision among as many top rows as there are such answers."""

    auc: float
    precision: float


def leak_findings(panel: Panel, config: PromotionConfig, seed: int) -> tuple[LeakFinding, ...]:
    """Return columns that alone tell the answer too well, and if the others do so in pairs or in a tree of depth two.

    Suspicion begins at an AUC of ``leak_auc``, in either direction, or where of the rows that stand highest or
    lowest, as many as have the rarer answer, a share of ``leak_precision`` has it. (Of the more frequent answer any
    column would have that precision.) Unknown values may stand below or above all others. A pair is the difference of
    two columns: days to delivery tell lateness only beside the days promised, and a tree of depth two is too coarse
    to see it. Whatever is fitted, shares of categories and the tree, is fitted on one half of the entities and judged
    on the other, each way.

    Parameters
    ----------
    panel
        Rows of a question; those without a label do not count. Above 200,000 rows a fixed sample of them is looked at.
    config
        The two thresholds.
    seed
        Of the samples, the halves and the tree.

    Returns
    -------
    Findings by falling AUC, then by name. None where there are fewer than ten rows of the rarer answer: there a column
    can tell the answer by chance.
    """
    generator = np.random.default_rng(seed)
    rows = _sample(np.flatnonzero(~np.isnan(panel.label)), _MAX_ROWS, generator)
    label = panel.label[rows]
    is_rarer = label if label.sum() <= len(label) / 2 else 1 - label
    if is_rarer.sum() < _MIN_EVENTS:
        return ()
    features, quarters = panel.features.iloc[rows], _quarters(panel.entity[rows], generator)
    told = {
        str(name): _of_category(column, is_rarer, quarters)
        if _is_text(column)
        else _of_number(_numbers(column), is_rarer)
        for name, column in features.items()
    }
    suspects = [
        _finding(f"Column {name} alone", (name,), told[name]) for name in told if _is_suspect(told[name], config)
    ]
    others = sorted((name for name in told if not _is_suspect(told[name], config)), key=lambda name: -told[name].auc)
    if others:
        some = _sample(np.arange(len(rows)), _MAX_DIFFERENCE_ROWS, generator)
        suspects += [
            _finding(f"The difference of {' and '.join(pair)}", pair, telling)
            for pair, telling in _of_differences(features[others].iloc[some], is_rarer[some]).items()
            if _is_suspect(telling, config)
        ]
        columns, telling = _of_tree(features[others], is_rarer, quarters, seed)
        if _is_suspect(telling, config):
            suspects.append(_finding(f"A tree of depth two on {', '.join(columns)}", columns, telling))
    return tuple(sorted(suspects, key=lambda each: (-each.auc, each.columns, each.reason)))


def _is_suspect(telling: _Telling, config: PromotionConfig) -> bool:
    return telling.auc >= config.leak_auc or telling.precision >= config.leak_precision


def _finding(what: str, columns: tuple[str, ...], telling: _Telling) -> LeakFinding:
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


def _sample(rows: npt.NDArray[np.intp], most: int, generator: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return the rows, or so many of them at random, in order."""
    return rows if len(rows) <= most else np.sort(generator.choice(rows, most, replace=False))


def _is_text(column: pd.Series) -> bool:
    return not pd.api.types.is_numeric_dtype(column.dtype)


def _numbers(column: pd.Series) -> FloatArray:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _quarters(entity: npt.NDArray[np.int64], generator: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return for each row the number of the random quarter, 0 to 3, that its entity is in."""
    entities, number = np.unique(entity, return_inverse=True)
    return generator.permutation(np.arange(len(entities)) % 4)[number]


def _telling(is_rarer: FloatArray, score: FloatArray, either_way: bool = False) -> _Telling:
    """Return how well a score tells the rarer answer if it is high there, or the better of high and low."""
    cumulated = Ranking.of(is_rarer, score).cumulate(np.ones((1, len(score))))
    events, auc = is_rarer.sum(), float(cumulated.auc()[0])
    share = events / len(is_rarer)
    highest = float(cumulated.captured(share)[0])
    if not either_way:
        return _Telling(auc=auc, precision=highest / events)
    lowest = events - float(cumulated.captured(1 - share)[0])
    return _Telling(auc=max(auc, 1 - auc), precision=max(highest, lowest) / events)


def _of_number(values: FloatArray, is_rarer: FloatArray) -> _Telling:
    """Return the best that the order of a column tells, up or down, with unknown values at either end."""
    unknown = np.isnan(values)
    ends = [-np.inf, np.inf] if unknown.any() else [0.0]
    tellings = [_telling(is_rarer, np.where(unknown, end, values), either_way=True) for end in ends]
    return _Telling(auc=max(each.auc for each in tellings), precision=max(each.precision for each in tellings))


def _of_differences(features: pd.DataFrame, is_rarer: FloatArray) -> dict[tuple[str, str], _Telling]:
    """Return what differences tell between the most telling number columns, which come first, and all others."""
    if is_rarer.sum() < _MIN_EVENTS:
        return {}
    numbers = {str(name): _numbers(column) for name, column in features.items() if not _is_text(column)}
    names = list(numbers)
    # Where both are infinite, their difference is unknown.
    with np.errstate(invalid="ignore"):
        return {
            (min(first, second), max(first, second)): _of_number(numbers[first] - numbers[second], is_rarer)
            for position, first in enumerate(names[:_TELLING_COLUMNS])
            for second in names[position + 1 :]
        }


def _of_category(column: pd.Series, is_rarer: FloatArray, quarters: npt.NDArray[np.int64]) -> _Telling:
    """Return what the share of the rarer answer by category, learned on one half, tells on the other."""
    codes = pd.factorize(column, use_na_sentinel=False)[0]
    return _mean(
        [
            _telling(
                is_rarer[judged], _category_shares(codes[fitted], is_rarer[fitted], codes.max() + 1)[codes[judged]]
            )
            for fitted, judged in _ways(is_rarer, quarters)
        ]
    )


def _category_shares(codes: npt.NDArray[np.intp], is_rarer: FloatArray, categories: int) -> FloatArray:
    """Return the share of each category, drawn towards that of all the less rows it has."""
    rows, events = np.bincount(codes, minlength=categories), np.bincount(codes, is_rarer, minlength=categories)
    return np.asarray((events + _SMOOTHING * is_rarer.mean()) / (rows + _SMOOTHING), dtype=np.float64)


def _of_tree(
    features: pd.DataFrame, is_rarer: FloatArray, quarters: npt.NDArray[np.int64], seed: int
) -> tuple[tuple[str, ...], _Telling]:
    """Return the columns that trees of depth two gain from, and what they tell of the half they were not fitted on."""
    asked: set[str] = set()
    tellings = []
    for fitted, judged in _ways(is_rarer, quarters):
        matrix = _matrix(features, is_rarer, fitted, quarters)
        tree = DecisionTreeClassifier(max_depth=_TREE_DEPTH, class_weight="balanced", random_state=seed)
        tree.fit(matrix[fitted], is_rarer[fitted])
        asked |= set(features.columns[tree.feature_importances_ > _NAMED_IMPORTANCE])
        tellings.append(_telling(is_rarer[judged], tree.predict_proba(matrix[judged])[:, 1]))
    return tuple(sorted(asked)), _mean(tellings)


def _matrix(
    features: pd.DataFrame,
    is_rarer: FloatArray,
    fitted: npt.NDArray[np.bool_],
    quarters: npt.NDArray[np.int64],
) -> npt.NDArray[np.float32]:
    """Return numbers as they are and categories by their share of the rarer answer among the fitted rows.

    A fitted row has the share that the other quarter of the fitted rows gives its category. With a share that its own
    answer is part of, a name with many values would seem to tell all.
    """
    columns = []
    for _, column in features.items():
        if not _is_text(column):
            columns.append(_numbers(column))
            continue
        codes = pd.factorize(column, use_na_sentinel=False)[0]
        shares = _category_shares(codes[fitted], is_rarer[fitted], codes.max() + 1)[codes]
        for quarter in np.unique(quarters[fitted]):
            others = fitted & (quarters != quarter)
            own = fitted & (quarters == quarter)
            shares[own] = _category_shares(codes[others], is_rarer[others], codes.max() + 1)[codes[own]]
        columns.append(shares)
    return np.clip(np.column_stack(columns), -_LARGEST, _LARGEST).astype(np.float32)


def _ways(
    is_rarer: FloatArray, quarters: npt.NDArray[np.int64]
) -> list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """Return the masks of rows to fit and to judge on, each way, where all quarters have both answers."""
    rows = np.bincount(quarters, minlength=4)
    events = np.bincount(quarters, is_rarer, minlength=4)
    first = quarters < 2
    return [(first, ~first), (~first, first)] if ((events > 0) & (events < rows)).all() else []


def _mean(tellings: list[_Telling]) -> _Telling:
    """Return the mean of both ways; nothing is told where halves cannot be judged."""
    if not tellings:
        return _Telling(auc=0.5, precision=0.0)
    return _Telling(
        auc=float(np.mean([each.auc for each in tellings])),
        precision=float(np.mean([each.precision for each in tellings])),
    )
