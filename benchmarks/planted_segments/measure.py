"""Agreement with the planted groups on one sample: of the segments, and of the oracle.

Belongs here: the oracle's answer, fitting as the platform fits, figures. Does not belong here: samples, arguments,
tables.

The loyal shop's groups differ by nothing but how they pay; visits and values follow one law for all. So it is the
segmentation by buying habits that can find them, among order values that say nothing. No group is told to it, nor how
many there are, nor what they differ in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.olist.assemble import Marketplace
from ecom_assets.sample.truth.customer_history import known_customers, read_orders
from ecom_assets.sample.truth.customers import segment_weights
from ecom_assets.sample.truth.questions import CUSTOMER
from ecom_assets.sample.truth.spine import end_of
from ml_assets.segmentation.config import SegmentationConfig
from ml_assets.segmentation.profile import names_kept
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.snapshots import Snapshot, Snapshots
from ml_assets.segmentation.train import fit, train

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """Segments and oracle beside the planted groups of one sample.

    Attributes
    ----------
    question, seed
        What was asked, and of which sample.
    customers
        Customers of the snapshot.
    method
        What was chosen, with its setting.
    segments
        Number of segments; there are ``planted`` groups.
    oracle, model
        Adjusted Rand index with the planted groups.
    names_kept
        Share of the customers whom two refits on bootstrap samples give the same name.
    """

    question: str
    seed: int
    customers: int
    method: str
    segments: int
    planted: int
    oracle: float
    model: float
    names_kept: float

    @property
    def ratio(self) -> float:
        """Agreement of the segments as a share of the oracle's."""
        return self.model / self.oracle


def planted_groups(config: SampleConfig, market: Marketplace, as_of: np.datetime64) -> pd.DataFrame:
    """Return customers seen by the end of a day with their planted group and the one that the oracle finds likeliest.

    The oracle knows the planted laws and the shares of the groups, and of each customer what could be observed by then.
    """
    known = known_customers(config, read_orders(config, market), end_of(as_of))
    return pd.DataFrame(
        {
            CUSTOMER: market.population[CUSTOMER].to_numpy()[known.person],
            "planted": market.population["segment"].to_numpy()[known.person],
            "oracle": segment_weights(config, known).argmax(axis=1),
        }
    )


def found(
    question: SegmentationQuestion, snapshots: Snapshots, groups: pd.DataFrame, seed: int, config: SegmentationConfig
) -> Found:
    """Fit segments to a sample as the platform does, and compare them with its planted groups.

    Parameters
    ----------
    question
        What is asked.
    snapshots
        Customers of the sample.
    groups
        As ``planted_groups`` returns them for the served snapshot.
    seed
        Of the sample.
    config
        Settings.
    """
    training = train(question, snapshots, config)
    served = snapshots.served
    truth = beside(served, groups)
    label = training.fitted.place(served.frame).label
    fitted, method = training.fitted, training.method
    kept = names_kept(
        served, fitted, lambda drawn: fit(training.question, served, method, config, fitted, drawn), config
    )
    return Found(
        question=question.name,
        seed=seed,
        customers=len(served),
        method=f"{training.method.kind} {training.method.setting:g}",
        segments=len(training.fitted.names),
        planted=int(truth["planted"].nunique()),
        oracle=float(adjusted_rand_score(truth["planted"], truth["oracle"])),
        model=float(adjusted_rand_score(truth["planted"], label)),
        names_kept=kept.mean,
    )


def beside(snapshot: Snapshot, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the planted groups of a snapshot's customers, in its order.

    Raises
    ------
    ValueError
        If a customer has no planted group.
    """
    joined = snapshot.frame[[CUSTOMER]].merge(groups, how="left", on=CUSTOMER, validate="one_to_one")
    if joined["planted"].isna().any():
        raise ValueError(f"{int(joined['planted'].isna().sum())} customers of the snapshot have no planted group")
    return joined
