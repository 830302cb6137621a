"""The columns that move a row's margin most, as JSON text.

Belongs here: which columns, and their text. Does not belong here: what a column contributes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ml_assets.classification.encoding import Matrix

# Decimals of a contribution to log odds: a ten-thousandth moves no probability by more than 0.00003.
DECIMALS = 4


def reason_texts(
    names: Sequence[str],
    matrix: Matrix,
    texts: dict[int, pd.Series],
    contributions: npt.NDArray[np.float64],
    count: int,
) -> list[str]:
    """Return a JSON array a row: feature, value and contribution of the columns that contribute most.

    Largest absolute contribution first, ties in the order of the columns; columns that contribute nothing are left
    out. A missing value is ``null``.

    Parameters
    ----------
    names
        Columns of the matrix.
    matrix
        Values of the numeric columns, shape (n, p).
    texts
        Values of the text columns, by number of the column.
    contributions
        Shape (n, p), without the base.
    count
        At most so many a row.
    """
    rows = len(matrix)
    if rows == 0:
        return []
    rounded = np.round(contributions, DECIMALS)
    # A stable sort leaves columns with equal contributions in their order.
    top = np.argsort(-np.abs(rounded), axis=1, kind="stable")[:, :count]
    heads = pa.array([f'{{"feature": {json.dumps(name)}, "value": ' for name in names])
    joined: pa.Array = pa.array([""] * rows, type=pa.string())
    for rank in range(top.shape[1]):
        column = top[:, rank]
        contribution = np.take_along_axis(rounded, column[:, None], axis=1)[:, 0]
        values = _value_texts(matrix, texts, column)
        separator = pa.scalar(", " if rank else "")
        piece = pc.binary_join_element_wise(
            separator, heads.take(pa.array(column)), values, ', "contribution": ', _numbers(contribution), "}", ""
        )
        joined = pc.binary_join_element_wise(joined, pc.if_else(pa.array(contribution != 0.0), piece, ""), "")
    texts_of_rows: list[str] = pc.binary_join_element_wise("[", joined, "]", "").to_pylist()
    return texts_of_rows


def _value_texts(matrix: Matrix, texts: dict[int, pd.Series], column: npt.NDArray[np.intp]) -> pa.Array:
    """Return the JSON text of each row's value in that row's column."""
    values = _numbers(np.take_along_axis(matrix, column[:, None], axis=1)[:, 0])
    for number, text in texts.items():
        is_here = column == number
        codes, uniques = pd.factorize(text[is_here])
        words = pa.array([*(json.dumps(str(word), ensure_ascii=False) for word in uniques), "null"])
        values = pc.replace_with_mask(values, pa.array(is_here), words.take(pa.array(codes % len(words))))
    return values


def _numbers(values: npt.NDArray[np.floating]) -> pa.Array:
    """Return the shortest text that reads as each number; null where it is not finite."""
    texts = pc.cast(pa.array(values), pa.string())
    return pc.if_else(pa.array(np.isfinite(values)), texts, "null")
