"""What the checks of a question of value say of its rows and of an evaluation: words, beside whether they pass.

Belongs here: pure judgements that warn or block, and the bounds that they share with the gate. Does not belong here:
who serves (``contest``, ``registry.promotion``), Dagster.
"""

from __future__ import annotations

import math

import numpy as np

from ml_assets.classification.training_set import set_problems as problems_of_features
from ml_assets.classification.verdicts import in_words
from ml_assets.cltv.config import ValuePromotionConfig
from ml_assets.cltv.evaluation import Decile, ValueEvaluation, ValueScores
from ml_assets.cltv.panel import ValuePanel
from ml_assets.family.records import Judgement

_NO_WINDOW = "there is no test window to measure on"


def set_problems(panel: ValuePanel) -> list[str]:
    """Return what makes a set unfit to learn from: money or counts that are none, numbers without an end."""
    problems = []
    for words, values in (("money", panel.value), ("a number of days", panel.count)):
        known = values[~np.isnan(values)]
        odd = int((~(np.isfinite(known) & (known >= 0))).sum())
        if odd:
            problems.append(f"{odd} rows have {words} of the holdout that is below 0 or without an end")
    half_known = int((np.isnan(panel.value) != np.isnan(panel.count)).sum())
    if half_known:
        problems.append(f"{half_known} rows have only one of money and days of the holdout")
    return problems + problems_of_features(panel.panel)


def suspicions(evaluation: ValueEvaluation) -> tuple[str, ...]:
    """Return which columns are suspected of a leak, and why, in words."""
    ranking = tuple(
        f"{found.column} alone ranks money with a normalised Gini of {found.normalised_gini:.3f}"
        for found in evaluation.telling
    )
    return ranking + tuple(found.reason for found in evaluation.leaks)


def suspected_columns(evaluation: ValueEvaluation) -> frozenset[str]:
    """Return the columns that are suspected of a leak."""
    return frozenset(found.column for found in evaluation.telling) | {
        column for found in evaluation.leaks for column in found.columns
    }


def judged_leaks(evaluation: ValueEvaluation) -> Judgement:
    """Pass if no column ranks money, or tells who buys, too well."""
    found = suspicions(evaluation)
    if not found:
        return Judgement(True, "no column ranks money, or tells who buys, by itself")
    return Judgement(
        False, f"suspected of a leak: {'; '.join(found)}. Look where the column comes from, and leave it out"
    )


def judged_calibration(evaluation: ValueEvaluation, config: ValuePromotionConfig) -> Judgement:
    """Pass if expected money, in total and in the highest tenth, is near the true one, or cannot be measured."""
    if evaluation.test is None or not evaluation.deciles:
        return Judgement(True, _NO_WINDOW)
    top = evaluation.deciles[0]
    is_near = level_fault(evaluation.test, config) is None and _is_within(_ratio(top), config.max_ratio)
    tenths = ", ".join(f"{each.mean_predicted:.2f} / {each.mean_truth:.2f}" for each in evaluation.deciles)
    return Judgement(
        is_near,
        f"total bias {in_words(evaluation.test.total_bias)} (0 is right); expected / true money by tenths, the highest "
        f"first: {tenths}",
    )


def judged_against_rules(evaluation: ValueEvaluation, rules: tuple[str, ...]) -> Judgement:
    """Pass if the version's normalised Gini is better than that of every rule by a paired interval."""
    if evaluation.chosen in rules:
        return Judgement(False, f"nothing was learned that could beat a rule: {evaluation.chosen.replace('_', ' ')}")
    gains = {name: evaluation.gains[name] for name in rules if name in evaluation.gains}
    if len(gains) < len(rules):
        return Judgement(False, "there is no test window on which the version could beat the rules")
    words = "; ".join(f"{in_words(found)} over {name.replace('_', ' ')}" for name, found in gains.items())
    is_better = all(found.low is not None and found.low > 0 for found in gains.values())
    return Judgement(is_better, f"normalised Gini better by {words}")


def judged_intervals(evaluation: ValueEvaluation) -> Judgement:
    """Pass if the predictive intervals hold as much of the truth as they say, as far as the rows can tell."""
    found = evaluation.coverage
    if found is None or found.covered.value is None:
        return Judgement(True, "there are no intervals to judge: no laws, or no test window")
    most = found.covered.value if found.covered.high is None else found.covered.high
    return Judgement(
        most >= found.wanted,
        f"{found.wanted:.0%} is to be held; held is {in_words(found.covered)}, and of those who bought "
        f"{in_words(found.covered_if_bought)}; median width {found.median_width:.2f}",
    )


def level_fault(scores: ValueScores, config: ValuePromotionConfig) -> str | None:
    """Return what is wrong with the level of expected money, or None."""
    bias = scores.total_bias.value
    if bias is None or not math.isfinite(bias):
        return "the total bias on the test window is missing or not finite"
    if not _is_within(1 + bias, config.max_ratio):
        return f"expected money is {1 + bias:.2f} times the true one; {config.max_ratio:g} times either way is allowed"
    return None


def _ratio(decile: Decile) -> float:
    return decile.mean_predicted / decile.mean_truth if decile.mean_truth else math.inf


def _is_within(ratio: float, most: float) -> bool:
    return 1 / most <= ratio <= most
