"""The penaliser is chosen by what came after, and what failed is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml_assets.cltv.btyd import choice
from ml_assets.cltv.btyd.choice import Later, choose_penalizers
from ml_assets.cltv.btyd.errors import NotConvergedError, TooFewRepeatersError
from ml_assets.cltv.btyd.fitting import BG_NBD, GAMMA_GAMMA, MBG_NBD, Fitted, fit_purchases
from ml_assets.cltv.btyd.histories import Histories
from ml_assets.cltv.btyd.purchase_law import PurchaseLaw
from ml_assets.cltv.config import BtydConfig
from tests.fixtures import cdnow

VALIDATED_FROM = "1997-06-30"
CONFIG = BtydConfig(penalizers=[10.0, 0.0, 0.001], purchase_penalizer=5.0, alive_penalizer=5.0, value_penalizer=5.0)


def test_the_most_probable_future_chooses_for_each_law() -> None:
    histories = cdnow.histories(VALIDATED_FROM)
    later = cdnow.later(VALIDATED_FROM, cdnow.CALIBRATED_UNTIL)
    found = choose_penalizers(histories, later, CONFIG)
    assert {each.law for each in found.tried} == {BG_NBD, MBG_NBD, GAMMA_GAMMA}
    assert len(found.tried) == 9
    for law, chosen in (
        (BG_NBD, found.config.purchase_penalizer),
        (MBG_NBD, found.config.alive_penalizer),
        (GAMMA_GAMMA, found.config.value_penalizer),
    ):
        scores = {each.penalizer: each.score for each in found.tried if each.law == law and each.score is not None}
        assert scores[chosen] == max(scores.values())
        assert chosen < 10.0
    chosen_law = fit_purchases(histories, found.config.purchase_penalizer, CONFIG, may_leave_at_once=False).law
    mean = float(chosen_law.log_probability(histories, later.days, later.counts).mean())
    assert mean in [each.score for each in found.tried]
    assert found.config.penalizers == CONFIG.penalizers


def test_of_equals_the_smaller_penaliser_is_chosen() -> None:
    tried = [choice.Tried(BG_NBD, 0.1, -2.0), choice.Tried(BG_NBD, 0.01, -2.0), choice.Tried(BG_NBD, 1.0, -3.0)]
    assert choice._best(BG_NBD, tried) == 0.01


def test_without_a_later_purchase_nothing_is_chosen_for_values() -> None:
    histories = cdnow.histories(VALIDATED_FROM)
    none = np.zeros(len(histories))
    found = choose_penalizers(histories, Later(90.0, none, none), CONFIG)
    assert found.config.value_penalizer == 5.0
    assert GAMMA_GAMMA not in {each.law for each in found.tried}


def test_a_failed_candidate_is_told_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def fit(
        histories: Histories, penalizer: float, config: BtydConfig, *, may_leave_at_once: bool
    ) -> Fitted[PurchaseLaw]:
        if penalizer == 0.0:
            raise NotConvergedError("flat")
        return fit_purchases(histories, penalizer, config, may_leave_at_once=may_leave_at_once)

    monkeypatch.setattr(choice, "fit_purchases", fit)
    histories, later = cdnow.histories(VALIDATED_FROM), cdnow.later(VALIDATED_FROM, cdnow.CALIBRATED_UNTIL)
    found = choose_penalizers(histories, later, CONFIG)
    assert found.config.purchase_penalizer == 0.001
    failed = [(each.law, each.penalizer) for each in found.tried if each.failure == "flat" and each.score is None]
    assert failed == [(BG_NBD, 0.0), (MBG_NBD, 0.0)]
    with pytest.raises(NotConvergedError, match=r"BG/NBD law was found with none of the 1 penalisers. flat"):
        choose_penalizers(histories, later, CONFIG.model_copy(update={"penalizers": [0.0]}))


def test_too_few_repeaters_are_told_once() -> None:
    nobody = Histories(np.zeros(90), np.zeros(90), np.full(90, 100.0), np.zeros(90))
    with pytest.raises(TooFewRepeatersError, match="0 of 90") as raised:
        choose_penalizers(nobody, Later(90.0, np.zeros(90), np.zeros(90)), CONFIG)
    assert str(raised.value).count("was not fitted") == 1


def test_the_future_of_other_histories_is_refused() -> None:
    later = cdnow.later(VALIDATED_FROM, cdnow.CALIBRATED_UNTIL)
    with pytest.raises(ValueError, match="same rows"):
        choose_penalizers(cdnow.histories(VALIDATED_FROM), replace(later, counts=later.counts[1:]), CONFIG)
