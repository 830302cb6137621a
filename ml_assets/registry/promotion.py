"""Whether a challenger may serve.

Belongs here: the rule, as pure functions. Does not belong here: what it is given and what it returns (``verdict``),
measuring (``classification.measure``), what follows from a decision (``champion``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ml_assets.classification.evaluation import RULE, TEST_FOLD, Evaluation, FoldStatistics, Gain, Scores
from ml_assets.config import PromotionConfig
from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.comparisons import confidence_of
from ml_assets.registry.verdict import UNFIT, Champion, Decision, Serves, Terms, Verdict


@dataclass(frozen=True, slots=True)
class _Case:
    """All there is to decide on, with the champion only if it can serve on."""

    challenger: Evaluation
    over_rule: Gain | None
    champion: Champion | None
    config: PromotionConfig
    terms: Terms

    @property
    def is_rule(self) -> bool:
        return self.challenger.chosen == RULE

    @property
    def otherwise(self) -> Serves:
        """Who serves if the challenger does not."""
        return Serves.RULE if self.champion is None else Serves.CHAMPION

    def end(
        self,
        verdict: Verdict,
        serves: Serves,
        reason: str,
        gain: Gain | None = None,
        *,
        is_compared: bool = False,
    ) -> Decision:
        own = self.challenger.test.log_loss.value if self.challenger.test else None
        by = gain.log_loss if gain else Estimate(value=None)
        window = _window(self.challenger)
        return Decision(
            verdict=verdict,
            serves=serves,
            reason=reason,
            champion_value=None if own is None or by.value is None else own + by.value,
            challenger_value=own,
            gain_low=by.low,
            gain_high=by.high,
            window_to=window.last_period if window else None,
            is_compared=is_compared,
        )


def decide(
    challenger: Evaluation, over_rule: Gain | None, champion: Champion | None, config: PromotionConfig, terms: Terms
) -> Decision:
    """Decide who serves.

    In this order: a leak refuses; too few events of the rarer class prove nothing; calibration out of tolerance, too
    low a Brier skill or a figure that is not finite refuse; what was rolled back waits for a newer test window. Then
    the lower bound of the gain in log-loss must be above zero: over the champion, and over the one-line rule. Who is
    better than the champion but not than the rule makes way for the rule. Where nobody serves yet, or the one that
    does cannot answer any more or learned from other data, the rule serves unless the challenger beats it.

    Parameters
    ----------
    challenger
        What was measured of the challenger.
    over_rule
        Its gain over the rule on the test window; may be missing if it is the rule.
    champion
        The version that serves, if there is one.
    config
        What a challenger must show.
    terms
        What else the decision goes by.
    """
    if champion is not None and champion.version == challenger.version:
        case = _Case(challenger, over_rule, champion, config, terms)
        return case.end(Verdict.KEPT, Serves.CHAMPION, f"version {champion.version} serves already")
    serving = None if champion is not None and champion.obstacle in UNFIT else champion
    case = _Case(challenger, over_rule, serving, config, terms)
    decision = _refused_at_sight(case) or _refused_by_figures(case) or _on_the_gain(case)
    if serving is champion or champion is None:
        return decision
    lost = f"champion {champion.version} cannot serve on, because {champion.obstacle}; "
    return replace(decision, reason=lost + decision.reason)


def _refused_at_sight(case: _Case) -> Decision | None:
    """Return the decision where there is a leak, or too little to see one by; None if there is neither."""
    if case.challenger.leaks:
        leaking = {column for finding in case.challenger.leaks for column in finding.columns}
        reason = "a leak is suspected: " + "; ".join(
            f"{' and '.join(finding.columns)} (AUC {finding.auc:.3f}, {finding.reason})"
            for finding in case.challenger.leaks
        )
        if case.champion is None and leaking & case.terms.rule_columns:
            return case.end(Verdict.REFUSED, Serves.NOBODY, f"{reason}; the rule reads it too, so that nobody serves")
        return case.end(Verdict.REFUSED, case.otherwise, f"{reason}; the {case.otherwise} serves")
    window = _window(case.challenger)
    events = min(window.positives, window.rows - window.positives) if window else 0
    if events < case.config.min_events:
        return case.end(
            Verdict.INSUFFICIENT_EVIDENCE,
            case.otherwise,
            f"the test window has {events} events of the rarer answer, {case.config.min_events} are needed; "
            f"the {case.otherwise} serves",
        )
    return None


def _refused_by_figures(case: _Case) -> Decision | None:
    """Return the decision where figures forbid the challenger; None if they do not."""
    if case.is_rule and case.champion is None:
        # Nothing else is there to serve, so that there is nothing to refuse it for.
        return None
    reason = _unsound(case.challenger.test, case.config) or _unmeasured(case)
    return case.end(Verdict.REFUSED, case.otherwise, f"{reason}; the {case.otherwise} serves") if reason else None


def _unsound(scores: Scores | None, config: PromotionConfig) -> str | None:
    """Return what is wrong with the probabilities themselves, or None."""
    if scores is None:
        return "the challenger was not measured on the test window"
    slope, intercept = _number(scores.calibration_slope.value), _number(scores.calibration_intercept.value)
    skill = _number(scores.brier_skill.value)
    if not all(math.isfinite(value) for value in (_number(scores.log_loss.value), skill, slope, intercept)):
        return "a figure of the challenger on the test window is missing or not finite"
    if abs(slope - 1.0) > config.slope_tolerance:
        return f"the calibration slope {slope:.2f} is further than {config.slope_tolerance:g} from 1"
    if abs(intercept) > config.intercept_tolerance:
        return f"the calibration intercept {intercept:.2f} is further than {config.intercept_tolerance:g} from 0"
    if skill < config.min_brier_skill:
        return f"the Brier skill {skill:.4f} is below {config.min_brier_skill:g}"
    return None


def _unmeasured(case: _Case) -> str | None:
    """Return which gain is missing or not finite though it is needed, or None."""
    if not case.is_rule and not _is_measured(case.over_rule):
        return "the gain over the rule is missing or not finite"
    champion = case.champion
    if champion is not None and champion.obstacle is None and not _is_measured(champion.gain):
        return f"the gain over champion {champion.version} is missing or not finite"
    return None


def _on_the_gain(case: _Case) -> Decision:
    """Decide by who is better."""
    return _first(case) if case.champion is None else _against(case, case.champion)


def _first(case: _Case) -> Decision:
    if case.is_rule:
        return case.end(Verdict.RULE_PROMOTED, Serves.RULE, "no model was fitted or chosen: the rule serves")
    said = _in_words(case, case.over_rule, "the rule")
    if _low(case.over_rule) > 0:
        return case.end(Verdict.PROMOTED, Serves.CHALLENGER, said, case.over_rule, is_compared=True)
    reason = f"{said}: the rule serves"
    return case.end(Verdict.RULE_PROMOTED, Serves.RULE, reason, case.over_rule, is_compared=True)


def _against(case: _Case, champion: Champion) -> Decision:
    if champion.obstacle is not None:
        reason = f"champion {champion.version} cannot be compared, because {champion.obstacle}; it stays"
        return case.end(Verdict.INSUFFICIENT_EVIDENCE, Serves.CHAMPION, reason)
    until, window = case.terms.rolled_back_until, _window(case.challenger)
    last = window.last_period if window else None
    if until is not None and (last is None or last <= until):
        reason = f"it was rolled back, and no test window ends after {until} yet: champion {champion.version} stays"
        return case.end(Verdict.KEPT, Serves.CHAMPION, reason, champion.gain)
    said = _in_words(case, champion.gain, f"champion {champion.version}")
    margin = case.config.non_inferiority_margin if case.terms.is_age_retrain and until is None else None
    is_better, beats_rule = _low(champion.gain) > 0, _low(case.over_rule) > 0
    is_good_enough = is_better or (margin is not None and _low(champion.gain) > -margin)
    if margin is not None and not is_better:
        said += f"; a retrain for age may be worse by {margin:g}"
    if is_good_enough and beats_rule and not case.is_rule:
        return case.end(Verdict.PROMOTED, Serves.CHALLENGER, said, champion.gain, is_compared=True)
    if is_good_enough and not case.is_rule:
        said += f"; but {_in_words(case, case.over_rule, 'the rule')}"
    if is_better or (is_good_enough and case.is_rule):
        reason = f"{said}: the rule serves"
        return case.end(Verdict.RULE_PROMOTED, Serves.RULE, reason, champion.gain, is_compared=True)
    return case.end(Verdict.KEPT, Serves.CHAMPION, f"{said}: the champion stays", champion.gain, is_compared=True)


def _in_words(case: _Case, gain: Gain | None, other: str) -> str:
    """Return a comparison in a sentence."""
    by = gain.log_loss if gain else Estimate(value=None)
    percent = 100 * confidence_of(case.terms.confidence, case.terms.comparison)
    count = f", comparison {case.terms.comparison} on this window" if case.terms.comparison > 1 else ""
    return (
        f"log-loss better than that of {other} by {by.value:+.5f} "
        f"({percent:.4g} % interval {by.low:+.5f} to {by.high:+.5f}{count})"
    )


def _window(evaluation: Evaluation) -> FoldStatistics | None:
    return next((fold for fold in evaluation.folds if fold.name == TEST_FOLD), None)


def _number(value: float | None) -> float:
    """Return a figure, NaN where the data did not allow one; no comparison with it is true."""
    return math.nan if value is None else value


def _is_measured(gain: Gain | None) -> bool:
    return gain is not None and all(
        math.isfinite(_number(value)) for value in (gain.log_loss.value, gain.log_loss.low, gain.log_loss.high)
    )


def _low(gain: Gain | None) -> float:
    return _number(gain.log_loss.low if gain else None)
