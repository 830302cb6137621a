"""One sample: the chosen model of value, the last rule and the oracle on the same test window.

Belongs here: building the sample's rows, fitting as the platform fits, figures. Does not belong here: seeds, tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.asked import RAW_FOLDER, built
from benchmarks.planted_value.measure import planted
from ecom_assets.sample import write_sample
from ecom_assets.sample.config import Scenario
from ml_assets.classification.folds import for_period, split_by_time
from ml_assets.classification.training_set import complete_until
from ml_assets.cltv.btyd.purchase_law import PurchaseLaw
from ml_assets.cltv.config import ValueTrainingConfig
from ml_assets.cltv.evaluate import first_asked
from ml_assets.cltv.measure import gain
from ml_assets.cltv.panel import ValuePanel, histories_of, value_panel_of
from ml_assets.cltv.question import CLTV_OLIST_CUSTOMERS, ValueQuestion
from ml_assets.cltv.train import Training, train
from ml_assets.config import EvaluationConfig, SplitConfig
from ml_assets.metrics.value import normalised_gini

FloatArray = npt.NDArray[np.float64]

QUESTION = CLTV_OLIST_CUSTOMERS


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a question, and the last day until which orders are complete."""

    panel: ValuePanel
    until: np.datetime64


@dataclass(frozen=True, slots=True)
class Compared:
    """Normalised Gini of all who answered on one sample's test window.

    Attributes
    ----------
    seed
        Of the sample.
    rows, buyers
        Rows of the window, and those of them with money.
    chosen
        Candidate that was chosen before the window.
    model, rule
        Their figures.
    oracle
        Of the planted laws; NaN where none are planted.
    is_proven
        Whether the model is ahead of the rule by a paired interval.
    """

    seed: int
    rows: int
    buyers: int
    chosen: str
    model: float
    rule: float
    oracle: float
    is_proven: bool

    @property
    def gap(self) -> float:
        """By how much the oracle is better."""
        return self.oracle - self.model


def sample_rows(scale: float, seed: int, scenario: Scenario, *, is_null: bool) -> Rows:
    """Return the rows of a sample.

    Raises
    ------
    LookupError
        If orders are complete on no day.
    """
    with TemporaryDirectory(prefix="value_oracle_") as name:
        raw_dir = Path(name) / RAW_FOLDER
        write_sample(raw_dir, scale=scale, seed=seed, sources=(QUESTION.source,), scenario=scenario, is_null=is_null)
        warehouse = built(raw_dir, Path(name) / "home", (QUESTION.source,), (QUESTION.table,))
        until = complete_until(warehouse, QUESTION.hurdle)
        if until is None:
            raise LookupError(f"{QUESTION.name}: no day with complete {QUESTION.observed_event}; take a larger scale")
        return Rows(value_panel_of(QUESTION, warehouse.read(QUESTION.table)), np.datetime64(until, "D"))


def compared(
    rows: Rows, seed: int, config: ValueTrainingConfig, evaluation: EvaluationConfig, *, is_planted: bool
) -> Compared:
    """Fit and choose before the test window, and measure in it.

    Parameters
    ----------
    rows
        Of the sample.
    seed
        Of the sample.
    config, evaluation
        Settings of fit and of intervals.
    is_planted
        Whether the oracle's laws are those of the sample.
    """
    test, training = trained(rows, QUESTION, config)
    features = test.panel.features
    model = training.models[training.chosen].value(features)
    rule = training.models[QUESTION.rules[-1].name].value(features)
    ahead = gain(test, model, rule, evaluation)
    return Compared(
        seed=seed,
        rows=len(test),
        buyers=int((test.value > 0).sum()),
        chosen=training.chosen,
        model=normalised_gini(test.value, model),
        rule=normalised_gini(test.value, rule),
        oracle=normalised_gini(test.value, oracle(features, QUESTION.horizon)) if is_planted else float("nan"),
        is_proven=ahead.low is not None and ahead.low > 0,
    )


def trained(rows: Rows, question: ValueQuestion, config: ValueTrainingConfig) -> tuple[ValuePanel, Training]:
    """Return the test window, and what was fitted and chosen before it."""
    split = for_period(SplitConfig(), question.hurdle.period)
    parts = split_by_time(rows.panel.panel, rows.until, split)
    moment = first_asked(rows.panel, parts, rows.until)
    return rows.panel.take(parts.test), train(rows.panel, parts.fold, moment, question, config, split)


def oracle(features: pd.DataFrame, days: int) -> FloatArray:
    """Return the money that the planted laws expect, given what could be observed of each customer.

    By the planted law of values every order tells of a customer's spending, the first one too, which the definition of
    ``monetary_value`` leaves out.
    """
    truth, histories = planted(), histories_of(features)
    buying = PurchaseLaw(**{name: truth[name] for name in ("r", "alpha", "a", "b")}, may_leave_at_once=False)
    orders, spent = (features[name].to_numpy(dtype=np.float64) for name in ("order_count", "items_value"))
    # Eq. 5 of the gamma-gamma law, with all orders in the place of the repeat ones.
    value = truth["p"] * (truth["v"] + spent) / (truth["q"] + truth["p"] * orders - 1.0)
    different = histories.compressed()
    expected: FloatArray = buying.expected_purchases(different, days)[different.inverse] * value
    return expected
