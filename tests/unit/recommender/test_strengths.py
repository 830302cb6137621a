"""Strengths of visitors and sessions as matrices."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ml_assets.recommender.sessions import ItemIndex, Sessions
from ml_assets.recommender.strengths import strengths_of_interactions, strengths_of_sessions

INDEX = ItemIndex(np.array([7, 10, 400], dtype=np.int32))


def test_each_visitor_has_a_row_and_each_known_item_a_column() -> None:
    rows = pd.DataFrame(
        [("v2", "400", 0.5), ("v10", "7", 1.25), ("v2", "7", 2.0), ("v3", "8", 1.0), ("v4", "10", 0.0)],
        columns=["visitor_id", "item_id", "strength"],
    )
    found = strengths_of_interactions(rows, INDEX)
    # A visitor of unknown items, or of those that have faded, is nobody of whom anything is known.
    assert found.visitor_ids.tolist() == ["v10", "v2"]
    assert found.matrix.toarray().tolist() == [[1.25, 0.0, 0.0], [2.0, 0.0, 0.5]]
    assert found.matrix.nnz == 3


def test_no_rows_are_no_visitors() -> None:
    found = strengths_of_interactions(pd.DataFrame({"visitor_id": [], "item_id": [], "strength": []}), INDEX)
    assert found.matrix.shape == (0, 3)
    assert found.visitor_ids.tolist() == []


def test_a_session_counts_its_clicks_by_item() -> None:
    matrix = strengths_of_sessions(Sessions.of_lists([[2, 0, 2], [], [1]]), 4)
    assert matrix.toarray().tolist() == [[1.0, 0.0, 2.0, 0.0], [0.0] * 4, [0.0, 1.0, 0.0, 0.0]]
    assert matrix.nnz == 3
