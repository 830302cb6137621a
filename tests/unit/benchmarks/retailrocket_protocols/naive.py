"""Both preprocessings, all ranks and all baselines once more, row by row, as slow and as plain as can be.

Belongs here: references for what the benchmark does in columns. Does not belong here: assertions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.retailrocket_protocols.neighbours import Settings
from tests.unit.benchmarks.retailrocket_protocols.logs import Row

# Session, time, item.
NaiveView = tuple[int, int, int]
Lists = list[list[int]]


def sessions_of(rows: Iterable[Row], longest_gap: int) -> list[NaiveView]:
    """Return views, sessions numbered over all events of sorted rows first."""
    views: list[NaiveView] = []
    session, before = 0, None
    for time, visitor, item, is_view in rows:
        if before is None or before[1] != visitor or time - before[0] > longest_gap:
            session += 1
        before = (time, visitor)
        if is_view:
            views.append((session, time, item))
    return views


def long_sessions(views: Sequence[NaiveView]) -> list[NaiveView]:
    sizes = Counter(session for session, _, _ in views)
    return [view for view in views if sizes[view[0]] > 1]


def supported(views: Sequence[NaiveView]) -> list[NaiveView]:
    sizes = Counter(item for _, _, item in views)
    return [view for view in views if sizes[view[2]] >= 5]


def p1_views(rows: Sequence[Row]) -> list[NaiveView]:
    in_seconds = [(time // 1000, visitor, item, is_view) for time, visitor, item, is_view in rows]
    return sessions_of(sorted(in_seconds, key=lambda row: (row[1], row[0])), 1800)


def p1_filtered(views: Sequence[NaiveView]) -> list[NaiveView]:
    return long_sessions(supported(long_sessions(views)))


def p1_slice(views: Sequence[NaiveView], number: int) -> tuple[Lists, Lists]:
    """Return training and test sessions of a slice, in item ids; training sessions by their end."""
    start = min(time for _, time, _ in views) + number * 27 * 86400
    middle, end = start + 25 * 86400, start + 27 * 86400
    grouped = by_session(views)
    train = [each for each in grouped if start <= each[-1][1] < middle]
    test = [each for each in grouped if middle <= each[-1][1] <= end]
    return _split(train, test, fewest=2)


def p2_views(rows: Sequence[Row]) -> list[NaiveView]:
    kept: list[NaiveView] = []
    for view in sessions_of(sorted(rows, key=lambda row: (row[1], row[0], row[2])), 3_600_000):
        if not kept or (kept[-1][0], kept[-1][2]) != (view[0], view[2]):
            kept.append(view)
    return kept


def p2_filtered(views: list[NaiveView]) -> list[NaiveView]:
    while True:
        fewer = supported(long_sessions(views))
        if fewer == views:
            return views
        views = fewer


def p2_split(views: Sequence[NaiveView], boundary: int) -> tuple[Lists, Lists]:
    train = long_sessions([view for view in views if view[1] < boundary])
    test = [each for each in by_session(views) if each[0][1] >= boundary]
    return _split(by_session(train), test, fewest=1)


def by_session(views: Sequence[NaiveView]) -> list[list[NaiveView]]:
    grouped: dict[int, list[NaiveView]] = defaultdict(list)
    for view in views:
        grouped[view[0]].append(view)
    return list(grouped.values())


def _split(train: list[list[NaiveView]], test: list[list[NaiveView]], fewest: int) -> tuple[Lists, Lists]:
    known = {item for session in train for _, _, item in session}
    left = [[item for _, _, item in session if item in known] for session in test]
    by_end = sorted(train, key=lambda session: session[-1][1])
    return [[item for _, _, item in session] for session in by_end], [each for each in left if len(each) >= fewest]


def all_scores(scores: Mapping[int, float], item_count: int) -> list[float]:
    return [scores.get(item, 0.0) for item in range(item_count)]


def rest_figures(top: Sequence[int], rest: Sequence[int], k: int) -> tuple[float, float, float]:
    """Return precision, recall and average precision as the original computes them, prefix of the list by prefix."""
    average, last_recall = 0.0, 0.0
    for length in range(k):
        common = set(top[:length]) & set(rest)
        average += len(common) / k * (len(common) / len(rest) - last_recall)
        last_recall = len(common) / len(rest)
    common = set(top[:k]) & set(rest)
    return len(common) / k, len(common) / len(rest), average


def association(train: Lists) -> dict[int, Counter[int]]:
    rules: dict[int, Counter[int]] = defaultdict(Counter)
    for session in train:
        for at, item in enumerate(session):
            for other in session[:at]:
                rules[item][other] += 1
                rules[other][item] += 1
    return rules


def sequential(train: Lists) -> dict[int, dict[int, float]]:
    rules: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for session in train:
        for at, item in enumerate(session):
            for steps in range(1, min(7, at) + 1):
                rules[session[at - steps]][item] += 1 / steps
    return rules


def first_rules(rules: Mapping[int, float], count: int = 20) -> dict[int, float]:
    return dict(sorted(rules.items(), key=lambda rule: (-rule[1], rule[0]))[:count])


def neighbour_scores(
    train: Lists, ended_at: Sequence[float], prefix: Sequence[int], settings: Settings
) -> dict[int, float]:
    """Return scores by loops over sessions, their order being that of their ends."""
    weights: dict[int, float] = {}
    for position, item in enumerate(prefix, start=1):
        fade = settings.position_fade
        weights[item] = 1.0 if fade is None else math.exp((position - len(prefix)) / fade)
    with_common = [number for number, session in enumerate(train) if set(session) & set(prefix)]
    likenesses = []
    for number in with_common[-settings.sample :]:
        members = set(train[number])
        common = sum(weights[item] for item in members & set(prefix))
        likeness = common / math.sqrt(sum(each * each for each in weights.values())) / math.sqrt(len(members))
        if settings.age_fade is not None:
            likeness *= math.exp(-(max(ended_at) - ended_at[number]) / (settings.age_fade * 86400))
        likenesses.append((number, likeness))
    likenesses.sort(key=lambda each: (-round(each[1], 12), -each[0]))
    scores: dict[int, float] = defaultdict(float)
    for number, likeness in likenesses[: settings.neighbours]:
        last = {item: at for at, item in enumerate(train[number])}
        last_common = max(at for item, at in last.items() if item in weights)
        for item, at in last.items():
            fade = settings.distance_fade
            scores[item] += likeness * (1.0 if fade is None else math.exp(-abs(at - last_common) / fade))
    return scores
