"""Whether a challenger may serve.

Belongs here: the rule, as pure functions. Does not belong here: what it is given and what it returns (``verdict``),
measuring (the rooms of the models), what follows from a decision (``champion``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ml_assets.metrics.estimate import Estimate
from ml_assets.registry.comparisons import confidence_of
from ml_assets.registry.verdict import UNFIT, Champion, Decision, Evidence, Serves, Terms, Verdict


@dataclass(frozen=True, slots=True)
class _Case:
    """All there is to decide on, with the champion only if it can serve on."""

    challenger: Evidence
    champion: Champion | None
    terms: Terms

    @property
    def otherwise(self) -> Serves:
        """Who serves if the challenger does not."""
        return Serves.RULE if self.champion is None else Serves.CHAMPION

    def end(
        self,
        verdict: Verdict,
        serves: Serves,
        reason: str,
        gain: Estimate | None = None,
        *,
        is_compared: bool = False,
    ) -> Decision:
        own, yardstick = self.challenger.value, self.challenger.yardstick
        by = gain or Estimate(value=None)
        return Decision(
            verdict=verdict,
            serves=serves,
            reason=reason,
            metric=yardstick.name,
            champion_value=None if own is None or by.value is None else yardstick.of_other(own, by.value),
            challenger_value=own,
            gain_low=by.low,
            gain_high=by.high,
            window_to=self.challenger.window_to,
            is_compared=is_compared,
        )


def decide(challenger: Evidence, champion: Champion | None, terms: Terms) -> Decision:
    """Decide who serves.

    In this order: a suspicion refuses; too small a window proves nothing; a fault, or a figure that is not finite,
    refuses; what was rolled back waits for a newer test window. Then the lower bound of the gain must be above zero:
    over the champion, and over the rule. Who is better than the champion but not than the rule makes way for the rule.
    Where nobody serves yet, or the one that does cannot answer any more or learned from other data, the rule serves
    unless the challenger beats it.

    Parameters
    ----------
    challenger
        What was measured of the challenger.
    champion
        The version that serves, if there is one.
    terms
        What else the decision goes by.
    """
    if champion is not None and champion.version == challenger.version:
        case = _Case(challenger, champion, terms)
        return case.end(Verdict.KEPT, Serves.CHAMPION, f"version {champion.version} serves already")
    serving = None if champion is not None and champion.obstacle in UNFIT else champion
    case = _Case(challenger, serving, terms)
    decision = _refused_at_sight(case) or _refused_by_figures(case) or _on_the_gain(case)
    if serving is champion or champion is None:
        return decision
    lost = f"champion {champion.version} cannot serve on, because {champion.obstacle}; "
    return replace(decision, reason=lost + decision.reason)


def _refused_at_sight(case: _Case) -> Decision | None:
    """Return the decision where figures are suspect, or too few to say anything; None if they are neither."""
    challenger = case.challenger
    if challenger.suspicion is not None:
        reason = challenger.suspicion
        if case.champion is None and challenger.is_rule_suspect:
            return case.end(Verdict.REFUSED, Serves.NOBODY, f"{reason}; the rule reads it too, so that nobody serves")
        return case.end(Verdict.REFUSED, case.otherwise, f"{reason}; the {case.otherwise} serves")
    if challenger.shortage is not None:
        reason = f"{challenger.shortage}; the {case.otherwise} serves"
        return case.end(Verdict.INSUFFICIENT_EVIDENCE, case.otherwise, reason)
    return None


def _refused_by_figures(case: _Case) -> Decision | None:
    """Return the decision where figures forbid the challenger; None if they do not."""
    if case.challenger.is_rule and case.champion is None:
        # Nothing else is there to serve, so that there is nothing to refuse it for.
        return None
    reason = case.challenger.fault or _unmeasured(case)
    return case.end(Verdict.REFUSED, case.otherwise, f"{reason}; the {case.otherwise} serves") if reason else None


def _unmeasured(case: _Case) -> str | None:
    """Return which figure or gain is missing or not finite though it is needed, or None."""
    if not math.isfinite(_number(case.challenger.value)):
        return f"the challenger's {case.challenger.yardstick.words} is missing or not finite"
    if not case.challenger.is_rule and not _is_measured(case.challenger.over_rule):
        return "the gain over the rule is missing or not finite"
    champion = case.champion
    if champion is not None and champion.obstacle is None and not _is_measured(champion.gain):
        return f"the gain over champion {champion.version} is missing or not finite"
    return None


def _on_the_gain(case: _Case) -> Decision:
    """Decide by who is better."""
    return _first(case) if case.champion is None else _against(case, case.champion)


def _first(case: _Case) -> Decision:
    if case.challenger.is_rule:
        return case.end(Verdict.RULE_PROMOTED, Serves.RULE, "no model was fitted or chosen: the rule serves")
    over_rule = case.challenger.over_rule
    said = _in_words(case, over_rule, "the rule")
    if _low(over_rule) > 0:
        return case.end(Verdict.PROMOTED, Serves.CHALLENGER, said, over_rule, is_compared=True)
    return case.end(Verdict.RULE_PROMOTED, Serves.RULE, f"{said}: the rule serves", over_rule, is_compared=True)


def _against(case: _Case, champion: Champion) -> Decision:
    if champion.obstacle is not None:
        reason = f"champion {champion.version} cannot be compared, because {champion.obstacle}; it stays"
        return case.end(Verdict.INSUFFICIENT_EVIDENCE, Serves.CHAMPION, reason)
    challenger, until, last = case.challenger, case.terms.rolled_back_until, case.challenger.window_to
    if until is not None and (last is None or last <= until):
        reason = f"it was rolled back, and no test window ends after {until} yet: champion {champion.version} stays"
        return case.end(Verdict.KEPT, Serves.CHAMPION, reason, champion.gain)
    said = _in_words(case, champion.gain, f"champion {champion.version}")
    margin = challenger.margin if until is None else None
    is_better, beats_rule = _low(champion.gain) > 0, _low(challenger.over_rule) > 0
    is_good_enough = is_better or (margin is not None and _low(champion.gain) > -margin)
    if margin is not None and not is_better:
        said += f"; a retrain for age may be worse by {margin:g}"
    if is_good_enough and beats_rule and not challenger.is_rule:
        return case.end(Verdict.PROMOTED, Serves.CHALLENGER, said, champion.gain, is_compared=True)
    if is_good_enough and not challenger.is_rule:
        said += f"; but {_in_words(case, challenger.over_rule, 'the rule')}"
    if is_better or (is_good_enough and challenger.is_rule):
        reason = f"{said}: the rule serves"
        return case.end(Verdict.RULE_PROMOTED, Serves.RULE, reason, champion.gain, is_compared=True)
    return case.end(Verdict.KEPT, Serves.CHAMPION, f"{said}: the champion stays", champion.gain, is_compared=True)


def _in_words(case: _Case, gain: Estimate | None, other: str) -> str:
    """Return a comparison in a sentence."""
    by = gain or Estimate(value=None)
    percent = 100 * confidence_of(case.challenger.confidence, case.terms.comparison)
    count = f", comparison {case.terms.comparison} on this window" if case.terms.comparison > 1 else ""
    return (
        f"{case.challenger.yardstick.words} better than that of {other} by {by.value:+.5f} "
        f"({percent:.4g} % interval {by.low:+.5f} to {by.high:+.5f}{count})"
    )


def _number(value: float | None) -> float:
    """Return a figure, NaN where the data did not allow one; no comparison with it is true."""
    return math.nan if value is None else value


def _is_measured(gain: Estimate | None) -> bool:
    return gain is not None and all(math.isfinite(_number(value)) for value in (gain.value, gain.low, gain.high))


def _low(gain: Estimate | None) -> float:
    return _number(gain.low if gain else None)
