"""Settings of the session recommender.

Belongs here: settings with their meaning and defaults. Does not belong here: what is done with them.
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NeighbourConfig(_Settings):
    """Of session neighbours."""

    newest: int = Field(1000, gt=0, description="sessions looked at for each item, the newest ones")
    neighbours: int = Field(500, gt=0, description="most similar sessions that count")
    prefix_decay: float = Field(1.8, gt=0, description="clicks of the prefix until an item counts 1/e")
    session_decay: float = Field(50_000.0, gt=0, description="sessions until a session counts 1/e")
    reach: float = Field(1.0, gt=0, description="clicks from the shared item until a neighbour's item counts 1/e")


class TransitionConfig(_Settings):
    """Of items seen one after another."""

    distance_decay: float = Field(3.0, gt=0, description="clicks of distance until a pair counts 1/e")
    session_decay: float = Field(50_000.0, gt=0, description="sessions until a pair counts 1/e")
    prefix_decay: float = Field(1.8, gt=0, description="clicks of the prefix until an item counts 1/e")
    prior: float = Field(1.0, ge=0, description="weight added to each item's sum")
    width: int = Field(200, gt=0, description="items kept for each item")


class WalkConfig(_Settings):
    """Of the random walk over items."""

    prefix_decay: float = Field(1.8, gt=0, description="clicks of the prefix until an item counts 1/e")
    going_on: float = Field(0.85, gt=0, lt=1, description="probability of going on after a step")
    steps: int = Field(5, ge=3, description="steps that are followed")
    distance_decay: float = Field(1.2, gt=0, description="clicks of distance until a pair counts 1/e")
    session_decay: float = Field(60_000.0, gt=0, description="sessions until a pair counts 1/e")
    length_power: float = Field(0.5, ge=0, description="power of a session's clicks that its pairs are divided by")
    backwards: float = Field(0.7, ge=0, description="weight of a pair against its order")
    width: int = Field(50, gt=0, description="next items that are followed from an item")
    frontier: int = Field(250, gt=0, description="items that are gone on from after each step")


class VectorConfig(_Settings):
    """Of the vectors of items."""

    dimensions: int = Field(128, gt=0, description="numbers of a vector")
    prefix_decay: float = Field(1.4, gt=0, description="clicks of the prefix until an item counts 1/e")
    power_iterations: int = Field(2, ge=0, description="rounds that sharpen the singular vectors")
    seed: int = Field(7, ge=0, description="of what the singular vectors start from")


class RetrievalConfig(_Settings):
    """Of all retrievers together."""

    neighbours: NeighbourConfig = NeighbourConfig()
    transitions: TransitionConfig = TransitionConfig()
    walk: WalkConfig = WalkConfig()
    last_walk: WalkConfig = WalkConfig(prefix_decay=0.3, steps=3, frontier=100)
    vectors: VectorConfig | None = Field(VectorConfig(), description="None for no vectors of items")
    votes: dict[str, float] = Field(
        {"walk": 1.0, "vectors": 0.7}, description="retrievers that name candidates, and the weight of their lists"
    )
    max_age: int = Field(20, gt=0, description="clicks of a prefix that are looked at, the last ones")
    fusion: float = Field(20.0, gt=0, description="constant of reciprocal rank fusion")
    candidates: int = Field(200, gt=0, description="candidates of a prefix that are ranked")

    @model_validator(mode="after")
    def _have_voters(self) -> Self:
        if self.vectors is None and "vectors" in self.votes:
            raise ValueError("Without vectors there is no list of theirs to vote: take vectors out of the votes.")
        return self


class RankingTrees(_Settings):
    """Of XGBoost; names are its own but for the last two."""

    objective: str = "rank:pairwise"
    eta: float = Field(0.1, gt=0)
    max_depth: int = Field(6, gt=0)
    min_child_weight: float = Field(10.0, ge=0)
    subsample: float = Field(0.8, gt=0, le=1)
    colsample_bytree: float = Field(0.6, gt=0, le=1)
    max_rounds: int = Field(300, gt=0, description="trees at most")
    patience: int = Field(25, gt=0, description="trees without a gain on the sessions that decide")


class RankingConfig(_Settings):
    """Of the trees that order candidates, and of what they learn from."""

    folds: int = Field(5, gt=0, description="newest stretches of sessions, each scored by the sessions before it")
    fold_sessions: int = Field(3500, gt=0, description="sessions of a stretch")
    max_pairs: int = Field(42_000, gt=0, description="pairs of prefix and next item that are learned from")
    validation_share: float = Field(0.1, gt=0, lt=1, description="sessions that decide where trees stop growing")
    new: int = Field(20_000, gt=0, description="newest sessions that count as new")
    newest: int = Field(4_000, gt=0, description="newest sessions that count as newest")
    trees: RankingTrees = RankingTrees()


class SessionConfig(_Settings):
    """Of the whole recommender."""

    retrieval: RetrievalConfig = RetrievalConfig()
    ranking: RankingConfig = RankingConfig()
    seed: int = 7
    threads: int = Field(2, gt=0)
