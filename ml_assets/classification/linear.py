"""Logistic regression on logarithms and categories.

Belongs here: its preprocessing, fit, contributions and saved form. Does not belong here: calibration, the choice
among candidates.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self
from zipfile import ZIP_DEFLATED

import numpy as np
import numpy.typing as npt
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from ml_assets.classification.encoding import Matrix
from ml_assets.config import LogisticConfig

FloatArray = npt.NDArray[np.float64]

PIPELINE_FILE = "pipeline.skops"
# All that the saved pipeline may hold beside scikit-learn's estimators, NumPy's arrays and functions.
TRUSTED_TYPES = ("numpy.clip", "numpy.dtype")

# Rows that are transformed at once; a row's result does not depend on it.
BLOCK_ROWS = 100_000
# Deviations from the mean beyond which a number counts no more.
FURTHEST = 5.0
MIN_CATEGORY_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class LinearMargin:
    """A fitted pipeline whose last step is a logistic regression.

    Attributes
    ----------
    pipeline
        Preprocessing, whose columns have mean 0 and deviation 1 on the training rows, and the regression.
    sources
        Column of the matrix from which each preprocessed column is made.
    """

    kind: ClassVar[str] = "linear"
    pipeline: Pipeline
    sources: npt.NDArray[np.intp]

    @classmethod
    def path(
        cls, matrix: Matrix, label: FloatArray, is_category: npt.NDArray[np.bool_], config: LogisticConfig, threads: int
    ) -> dict[float, Self]:
        """Return the regressions of labels on a matrix by inverse strength of their penalty, the strongest first.

        Each number enters by its logarithm (arcsinh, which takes any sign), and no further than some deviations from
        the mean, so that neither a heavy tail nor a drift of later months decides; a missing one is the median, and a
        column of its own says so. Beyond ``config.max_rows`` every k-th row is taken: some hundred coefficients learn
        nothing from more. All regressions share the preprocessing, and each starts where the one before has ended.

        Parameters
        ----------
        matrix
            Shape (n, p), NaN where missing; codes in the columns of categories.
        label
            1.0 or 0.0, shape (n,); both occur.
        is_category
            Shape (p,).
        config
            Penalties and limits; only ``inverse_penalty`` is fitted if there is one.
        threads
            Of the linear algebra, whose sums depend on their number in the last bit.
        """
        step = -(-len(matrix) // config.max_rows)
        before = Pipeline([("columns", _columns(is_category)), ("scale", StandardScaler())])
        is_yes = label[::step] > 0.5
        penalties = config.inverse_penalties if config.inverse_penalty is None else [config.inverse_penalty]
        path: dict[float, Self] = {}
        with threadpool_limits(threads):
            design = before.fit_transform(matrix[::step].astype(np.float64))
            regression = LogisticRegression(max_iter=config.max_iterations, solver="newton-cholesky", warm_start=True)
            for inverse_penalty in sorted(penalties):
                regression.set_params(C=inverse_penalty).fit(design, is_yes)
                pipeline = Pipeline([*before.steps, ("regression", deepcopy(regression))])
                path[inverse_penalty] = cls(pipeline=pipeline, sources=_sources(pipeline, matrix.shape[1]))
        return path

    def margin(self, matrix: Matrix) -> FloatArray:
        """Return the log odds, shape (n,)."""
        regression = self.pipeline[-1]
        margin: FloatArray = np.full(len(matrix), regression.intercept_[0], dtype=np.float64)
        for block in _blocks(len(matrix)):
            # A product of the whole matrix would round a row by how many others there are.
            margin[block] += np.einsum("ij,j->i", self._design(matrix[block]), regression.coef_[0])
        return margin

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return each column's terms, summed, from the mean over the training rows."""
        regression = self.pipeline[-1]
        contributions = np.zeros((len(matrix), matrix.shape[1] + 1))
        is_source = (self.sources[:, None] == np.arange(matrix.shape[1])).astype(np.float64)
        for block in _blocks(len(matrix)):
            contributions[block, :-1] = (self._design(matrix[block]) * regression.coef_[0]) @ is_source
        contributions[:, -1] = regression.intercept_[0]
        return contributions

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the pipeline into a folder, and return which column each of its terms is made from."""
        skops.io.dump(self.pipeline, folder / PIPELINE_FILE, compression=ZIP_DEFLATED)
        return {"sources": self.sources.tolist()}

    @classmethod
    def load(cls, folder: Path, state: dict[str, Any]) -> Self:
        """Return the model from a folder and its state."""
        pipeline = skops.io.load(folder / PIPELINE_FILE, trusted=list(TRUSTED_TYPES))
        return cls(pipeline=pipeline, sources=np.array(state["sources"], dtype=np.intp))

    def _design(self, matrix: Matrix) -> FloatArray:
        """Return the preprocessed columns, row by row in memory."""
        return np.ascontiguousarray(self.pipeline[:-1].transform(matrix.astype(np.float64)), dtype=np.float64)


def _columns(is_category: npt.NDArray[np.bool_]) -> ColumnTransformer:
    """Return what each kind of column is made into."""
    median = SimpleImputer(strategy="median", keep_empty_features=True)
    logarithm = FunctionTransformer(np.arcsinh, feature_names_out="one-to-one")
    clip = FunctionTransformer(np.clip, kw_args={"a_min": -FURTHEST, "a_max": FURTHEST}, feature_names_out="one-to-one")
    numbers = FeatureUnion(
        [
            (
                "logarithm",
                Pipeline([("fill", median), ("logarithm", logarithm), ("scale", StandardScaler()), ("clip", clip)]),
            ),
            ("missing", MissingIndicator(features="missing-only", error_on_new=False)),
        ]
    )
    categories = OneHotEncoder(
        min_frequency=MIN_CATEGORY_SHARE, handle_unknown="infrequent_if_exist", sparse_output=False
    )
    return ColumnTransformer(
        [("numbers", numbers, np.flatnonzero(~is_category)), ("categories", categories, np.flatnonzero(is_category))]
    )


def _sources(pipeline: Pipeline, columns: int) -> npt.NDArray[np.intp]:
    """Return the column of the matrix from which each preprocessed one is made, by names that carry its number."""
    names = pipeline[0].get_feature_names_out([f"<{column}>" for column in range(columns)])
    return np.array([int(re.findall(r"<(\d+)>", name)[0]) for name in names], dtype=np.intp)


def _blocks(rows: int) -> list[slice]:
    return [slice(start, start + BLOCK_ROWS) for start in range(0, rows, BLOCK_ROWS)]
