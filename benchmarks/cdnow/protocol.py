"""The protocol, written down before the holdout was read with it.

Belongs here: dates, what is fitted to what, what is reported. Does not belong here: reading, fitting, measuring.

The data are those of P. Fader, B. Hardie and K. Lee, "*Counting your customers*" *the easy way*, 2005: everybody of a
tenth of the cohort who first bought at CDNOW in the first quarter of 1997. Calibration ends on 1997-09-30 (39 weeks),
the holdout on 1998-06-30 (39 weeks more). Days with a purchase count as one purchase.

1. Nothing after ``CALIBRATED_UNTIL`` is read until a candidate is chosen.
2. Inside the calibration the question is asked at four month ends for the 13 weeks that follow, all of which end within
   the calibration. By time that would leave a quarter of the purchases to train on. So each fifth of the customers
   validates once, as the platform does wherever history is too short.
3. The candidates are those of the platform, with its settings. To its columns come spend and counts of purchases that
   fade with several half-lives.
4. The simplest of them that is no more than a standard error behind the highest normalised Gini is promoted; that is
   the platform's rule of choice. It is fitted once more, to all four month ends, and the laws to the snapshot at the
   end of the calibration.
5. Money of 13 weeks becomes money of 39 by the ratio of what the laws expect for both, customer by customer, as in the
   platform's scores of other horizons.
6. The holdout is read once: normalised Gini of the promoted candidate, of the three published ways, and of the others
   for information; gains by a paired bootstrap of customers.
"""

from __future__ import annotations

from datetime import date

from ml_assets.cltv.config import BtydConfig, ValueTrainingConfig
from ml_assets.cltv.question import ValueQuestion
from ml_assets.config import EvaluationConfig, SplitConfig
from ml_assets.contract import TableName

CALIBRATED_UNTIL = date(1997, 9, 30)
HOLDOUT_UNTIL = date(1998, 6, 30)
HOLDOUT_DAYS = (HOLDOUT_UNTIL - CALIBRATED_UNTIL).days

ASKED_ON = (date(1997, 3, 31), date(1997, 4, 30), date(1997, 5, 31), date(1997, 6, 30))
QUESTION = ValueQuestion(
    name="cltv_cdnow_customers",
    words="For how much will the customer buy in the next 13 weeks?",
    population="Customers of CDNOW who first bought in the first quarter of 1997.",
    source="cdnow",
    table=TableName("benchmark", "cdnow"),
    entity="customer_id",
    segment="cohort",
    horizon=91,
    left_out={},
)
# The laws are fitted without a penalty, as they were published.
TRAINING = ValueTrainingConfig(btyd=BtydConfig(penalizers=[0.0]))
SPLIT = SplitConfig(validation_periods=1)
EVALUATION = EvaluationConfig(resamples=2_000)
HALF_LIVES = (14, 28, 56, 91, 182, 364)
WINDOWS = (30, 90)

# Normalised Gini on the holdout, measured before (equal scores sharing their places).
KNOWN = {"btyd": 0.638, "frequency_value": 0.672, "decayed_spend": 0.707}
