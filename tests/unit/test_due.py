"""What is due in a job: files → features → (training set → promotion) → scores → mart, with training outside."""

from __future__ import annotations

import dagster as dg

from ecom_assets.due import due
from ecom_assets.plan import Materialisation, Reason

FILES, FEATURES, TRAINING_SET, PROMOTION, SCORES, MART = (
    dg.AssetKey(name) for name in ("files", "features", "training_set", "promotion", "scores", "mart")
)
PARENTS: dict[dg.AssetKey, set[dg.AssetKey]] = {
    FILES: set(),
    FEATURES: {FILES},
    TRAINING_SET: {FEATURES},
    PROMOTION: {TRAINING_SET},
    SCORES: {PROMOTION, FEATURES},
    MART: {SCORES},
}
NIGHTLY = {FILES, FEATURES, SCORES, MART}
CODE: dict[dg.AssetKey, str | None] = dict.fromkeys(PARENTS, "code-1")
LANDED = {FILES: "files-1"}
SETTLED = {
    key: Materialisation("code-1", f"{key.path[0]}-1", {parent: f"{parent.path[0]}-1" for parent in parents})
    for key, parents in PARENTS.items()
}


def test_nothing_is_due_when_nothing_changed() -> None:
    assert due(PARENTS, NIGHTLY, CODE, LANDED, SETTLED) == {}


def test_new_files_are_scored_and_nothing_is_trained() -> None:
    found = due(PARENTS, NIGHTLY, CODE, {FILES: "files-2"}, SETTLED)
    assert list(found) == [FILES, FEATURES, SCORES, MART]
    assert found[FILES] is Reason.FILES


def test_that_a_model_could_learn_from_newer_rows_does_not_make_its_scores_old() -> None:
    newer = Materialisation("code-1", "features-2", {FILES: "files-1"})
    scored = Materialisation("code-1", "scores-1", {PROMOTION: "promotion-1", FEATURES: "features-2"})
    last = SETTLED | {FEATURES: newer, SCORES: scored}
    assert due(PARENTS, NIGHTLY, CODE, LANDED, last) == {}
    assert list(due(PARENTS, set(PARENTS), CODE, LANDED, last)) == [TRAINING_SET, PROMOTION, SCORES, MART]


def test_a_new_champion_makes_scores_due_and_a_check_that_blocks_training_does_not() -> None:
    promoted = Materialisation("code-1", "promotion-2", {TRAINING_SET: "training_set-1"})
    assert list(due(PARENTS, NIGHTLY, CODE, LANDED, SETTLED | {PROMOTION: promoted})) == [SCORES, MART]
    blocked = Materialisation("code-0", "promotion-1", {}, is_blocked=True)
    assert due(PARENTS, NIGHTLY, CODE, LANDED, SETTLED | {PROMOTION: blocked}) == {}


def test_before_anybody_serves_nobody_scores() -> None:
    found = due(PARENTS, NIGHTLY, CODE, LANDED, {})
    assert list(found) == [FILES, FEATURES]
    assert set(found.values()) == {Reason.NEVER}


def test_what_was_made_once_is_read_although_it_cannot_be_made_again() -> None:
    last = {key: made for key, made in SETTLED.items() if key != PROMOTION}
    changed = CODE | {MART: "code-2"}
    assert due(PARENTS, NIGHTLY, changed, LANDED, last) == {MART: Reason.CODE}
