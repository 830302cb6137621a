"""What a frame becomes before any model reads it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml_assets.classification.encoding import EncodingState, FeatureEncoder

FRAME = pd.DataFrame(
    {
        "amount": np.array([1.5, np.nan, np.inf, -2.0], dtype=np.float32),
        "state": pd.Series(["SP", None, "BA", "SP"], dtype="object"),
    }
)
ALL = np.arange(4)


def test_text_becomes_its_place_among_the_sorted_categories_and_what_is_not_finite_is_missing() -> None:
    matrix = FeatureEncoder.fit(FRAME, ALL).matrix(FRAME)
    assert matrix.dtype == np.float32
    assert matrix.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(matrix, [[1.5, 1], [np.nan, np.nan], [np.nan, 0], [-2.0, 1]])


def test_a_category_that_no_training_row_has_is_missing() -> None:
    encoder = FeatureEncoder.fit(FRAME, np.array([0, 1, 3]))
    assert encoder.categories == {"state": ("SP",)}
    np.testing.assert_array_equal(encoder.matrix(FRAME)[:, 1], [0, np.nan, np.nan, 0])


def test_rows_are_taken_in_the_order_asked_for() -> None:
    encoder = FeatureEncoder.fit(FRAME, ALL)
    np.testing.assert_array_equal(encoder.matrix(FRAME, np.array([3, 0])), encoder.matrix(FRAME)[[3, 0]])


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([True, False], dtype="bool"),
        pd.Series([True, False], dtype="boolean"),
        pd.Series([1, 0], dtype="int64"),
        pd.Series([1, 0], dtype="Int64"),
        pd.Series([1.0, 0.0], dtype="float64"),
    ],
    ids=lambda column: str(column.dtype),
)
def test_every_numeric_type_gives_the_same_numbers(column: pd.Series) -> None:
    encoder = FeatureEncoder(names=("flag",), categories={})
    np.testing.assert_array_equal(encoder.matrix(pd.DataFrame({"flag": column}))[:, 0], [1.0, 0.0])


@pytest.mark.parametrize("dtype", ["Int64", "boolean", "object"])
def test_a_missing_number_is_missing_whatever_the_type_of_its_column(dtype: str) -> None:
    encoder = FeatureEncoder(names=("flag",), categories={})
    frame = pd.DataFrame({"flag": pd.Series([None, 1], dtype=dtype)})
    np.testing.assert_array_equal(encoder.matrix(frame)[:, 0], [np.nan, 1.0])


@pytest.mark.parametrize("dtype", ["object", "category", "string", "str"])
def test_every_text_type_gives_the_same_codes(dtype: str) -> None:
    frame = pd.DataFrame({"state": pd.Series(["SP", None, "BA"], dtype=dtype)})
    encoder = FeatureEncoder.fit(frame, np.arange(3))
    assert encoder.categories == {"state": ("BA", "SP")}
    np.testing.assert_array_equal(encoder.matrix(frame)[:, 0], [1, np.nan, 0])


def test_order_and_number_of_columns_in_the_frame_do_not_matter() -> None:
    encoder = FeatureEncoder.fit(FRAME, ALL)
    other = FRAME.assign(more=1.0)[["more", "state", "amount"]]
    np.testing.assert_array_equal(encoder.matrix(other), encoder.matrix(FRAME))
    assert encoder.missing_from(other) == ()
    assert encoder.missing_from(FRAME[["state"]]) == ("amount",)


def test_the_stored_encoder_is_the_same() -> None:
    encoder = FeatureEncoder.fit(FRAME, ALL)
    stored = encoder.state.model_dump_json()
    assert FeatureEncoder.of_state(EncodingState.model_validate_json(stored)) == encoder
