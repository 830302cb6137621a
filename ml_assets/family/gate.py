"""The gate: the newest version against the rule and the champion, on rows that neither has seen.

Belongs here: what the rule of promotion is given, and the order of what follows. Does not belong here: the rule itself
(``registry.promotion``), tags and aliases (``registry.champion``), measuring (the families).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from ml_assets.family.family import Contest, Family
from ml_assets.family.steps import entity_hashes, newest_version, register_candidate
from ml_assets.files import ModelFiles
from ml_assets.registry.champion import Parties, carry_out, comparison_number, rolled_back_until
from ml_assets.registry.kinds import UnreadableModelError
from ml_assets.registry.names import CHAMPION, LEARNED_FROM, LEARNED_UNTIL
from ml_assets.registry.promotion import decide
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.registry.verdict import Champion, Decision, Obstacle, Serves, Terms
from ml_assets.warehouse import Warehouse

# Numbers that stand for entities of one source may by chance stand in another.
_SAME_DATA_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and the version that serves; None if nobody does."""

    decision: Decision
    serving: Version | None


def promote(
    family: Family,
    warehouse: Warehouse,
    files: ModelFiles,
    registry: ModelRegistry,
    config: Any,
    run_id: str,
    now: datetime,
) -> Outcome:
    """Decide who serves, and do what was decided."""
    contest = family.contest(files, config)
    challenger = newest_version(family.name, files, registry)
    champion = registry.aliased(family.name, CHAMPION)
    decision = decision_on(contest, registry, challenger, champion)
    rule = None
    if decision.serves is Serves.RULE:
        is_challenger = contest.trained.facts.chosen == contest.rule
        rule = (
            challenger
            if is_challenger
            else register_candidate(family, files, registry, contest.trained, contest.rule, run_id)
        )
    serving = carry_out(
        registry, warehouse, decision, Parties(challenger, champion, rule), decided_at=now, run_id=run_id
    )
    return Outcome(decision, serving)


def decision_on(contest: Contest, registry: ModelRegistry, challenger: Version, champion: Version | None) -> Decision:
    """Compare the challenger with the rule and with the champion on the test window, and decide."""
    number = comparison_number(registry, challenger, contest.window_to)
    serves = None if champion is None else champion_on(contest, champion, registry, challenger, number)
    terms = Terms(comparison=number, rolled_back_until=rolled_back_until(challenger))
    return decide(contest.evidence(number), serves, terms)


def champion_on(
    contest: Contest, champion: Version, registry: ModelRegistry, challenger: Version, comparison: int
) -> Champion:
    """Return the champion as it does on the challenger's test window, or what forbids the comparison."""
    if learned_elsewhere(champion, contest):
        return Champion(champion.number, obstacle=Obstacle.OTHER_DATA)
    if champion.number == challenger.number or contest.asked_from is None:
        return Champion(champion.number)
    if np.datetime64(champion.tags[LEARNED_UNTIL]) > contest.asked_from:
        return Champion(champion.number, obstacle=Obstacle.LEARNED_FROM_WINDOW)
    try:
        gain = contest.gain_over(registry.load(champion), comparison)
    except UnreadableModelError:
        return Champion(champion.number, obstacle=Obstacle.CANNOT_ANSWER)
    return Champion(champion.number, gain=gain, obstacle=Obstacle.CANNOT_ANSWER if gain is None else None)


def learned_elsewhere(version: Version, contest: Contest) -> bool:
    """Return whether most of those from whom a version learned are unknown now, as after a sample made way for data."""
    learned_from = list(filter(None, version.tags.get(LEARNED_FROM, "").split(",")))
    return bool(learned_from) and bool(np.isin(learned_from, entity_hashes(contest.entities)).mean() < _SAME_DATA_SHARE)
