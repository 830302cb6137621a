"""What may be configured of the recommender of visitors; the same object is Dagster's config and what is logged.

Belongs here: fields with their defaults and bounds. Does not belong here: anything that acts on them, settings of
retrieval and ranking as their rooms have them (``session_config``).
"""

from __future__ import annotations

from dagster import Config
from pydantic import Field

from ml_assets.recommender.retrieval.als import ALSConfig
from ml_assets.recommender.serving_rules import ServingRules
from ml_assets.recommender.session_config import RankingConfig, RankingTrees, RetrievalConfig, SessionConfig, WalkConfig


class SplitConfig(Config):
    """How clicks are divided by time.

    Attributes
    ----------
    horizon_days
        Days after a moment whose views are to be foreseen; moments lie as far apart.
    test_moments, choice_moments, lesson_moments
        Newest moments that judge, those before them that choose, and those before these from whose targets the order
        of candidates is learned.
    longest_history
        Views of a visitor that are looked at, the newest ones.
    max_contexts
        Contexts of each kind that judge or choose; of more a random part, always the same.
    """

    horizon_days: int = Field(default=7, ge=1)
    test_moments: int = Field(default=4, ge=1)
    choice_moments: int = Field(default=2, ge=1)
    lesson_moments: int = Field(default=6, ge=1)
    longest_history: int = Field(default=20, ge=1)
    max_contexts: int = Field(default=2_500, ge=1)


class RankerConfig(Config):
    """Of the trees that order candidates; all but the first are XGBoost's.

    Attributes
    ----------
    max_lessons
        Contexts of each kind that are learned from, as many of each moment; a random part if there are more.
    """

    max_lessons: int = Field(default=1_500, ge=1)
    learning_rate: float = Field(default=0.1, gt=0, le=1)
    max_depth: int = Field(default=4, ge=1, le=12)
    min_child_weight: float = Field(default=10.0, ge=0)
    max_rounds: int = Field(default=200, ge=1)
    patience: int = Field(default=20, ge=1)


class RecommenderConfig(Config):
    """All that decides which recommender is fitted.

    Attributes
    ----------
    seed
        Of all that is drawn.
    threads
        Of the trees. With one, the same clicks give the same bits.
    split
        Moments.
    ranker
        Second stage.
    als
        Factors of items.
    candidates, popular_candidates
        Candidates of a context that retrievers agree on, and the most popular items beside them.
    popular_days
        Days before the last event that is known whose views make an item popular.
    min_lessons
        Contexts with a history without which nothing is learned, and the rule answers.
    similar
        Similar items that are kept of each item.
    min_support
        Sessions that an item must be in to have similar items, and to be one.
    rolling_moments
        How many of the newest moments are asked of a version refitted before each of them.
    """

    seed: int = 7
    threads: int = Field(default=1, ge=1)
    split: SplitConfig = SplitConfig()
    ranker: RankerConfig = RankerConfig()
    als: ALSConfig = ALSConfig(factors=64, prefix_decay=1.8, width=60, threads=1)
    candidates: int = Field(default=100, ge=20)
    popular_candidates: int = Field(default=30, ge=0)
    popular_days: int = Field(default=28, ge=1)
    min_lessons: int = Field(default=100, ge=2)
    similar: int = Field(default=50, ge=1)
    min_support: int = Field(default=2, ge=1)
    rolling_moments: int = Field(default=2, ge=0)

    def sessions(self) -> SessionConfig:
        """Return the settings as retrieval and ranking have them."""
        ranker = self.ranker
        return SessionConfig(
            retrieval=RetrievalConfig(
                candidates=self.candidates,
                max_age=self.split.longest_history,
                # A batch asks for everybody: most of the walk's reach is within three steps from few items, at a tenth
                # of the time.
                walk=WalkConfig(steps=3, frontier=30),
                last_walk=WalkConfig(prefix_decay=0.3, steps=3, frontier=30),
                # Vectors of a whole catalogue take longer to fit than all else together, at each of many moments.
                vectors=None,
                votes={"walk": 1.0, "neighbours": 0.3},
            ),
            ranking=RankingConfig(
                trees=RankingTrees(
                    eta=ranker.learning_rate,
                    max_depth=ranker.max_depth,
                    min_child_weight=ranker.min_child_weight,
                    max_rounds=ranker.max_rounds,
                    patience=ranker.patience,
                )
            ),
            seed=self.seed,
            threads=self.threads,
        )


class RecommenderGateConfig(Config):
    """How versions are compared on the test window, and what a challenger must show before it serves.

    Attributes
    ----------
    resamples, confidence
        Bootstrap samples of visitors behind each interval, and its confidence.
    min_events
        Contexts of the test window without which there is no verdict.
    """

    resamples: int = Field(default=400, ge=20)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    min_events: int = Field(default=100, ge=1)
    seed: int = 11


class RecommenderScoringConfig(Config):
    """Who gets recommendations, and what is shown.

    Attributes
    ----------
    active_days
        Visitors with an event in so many days before the event clock get a list.
    session_timeout_minutes
        A session is open if its last event is no longer ago; as ``session_timeout_minutes`` of the dbt project.
    keep_days
        Lists as of so many days before the clock, and of later ones, stay: they are what can be judged once the truth
        is known.
    depth
        Ranked items of a context to which the rules are applied: more than are shown, since rules leave some out.
    rules
        What is left out, and how many items are shown.
    """

    active_days: int = Field(default=28, ge=1)
    session_timeout_minutes: int = Field(default=30, ge=1)
    keep_days: int = Field(default=56, ge=0)
    depth: int = Field(default=60, ge=1)
    rules: ServingRules = ServingRules()
