"""A recommender as a family of models: how its kind takes the shared way.

Belongs here: what each step of the way is for recommendations. Does not belong here: the way (``ml_assets.family``),
the steps' inner parts (``training_set``, ``steps``, ``measure``, ``contest``, ``scoring``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from ml_assets.contract import OBSERVATION_WINDOWS, TableName
from ml_assets.family.records import Answers, Check, Judgement, Measured, Shown
from ml_assets.files import ModelFiles
from ml_assets.keys import Step
from ml_assets.predictions import PREDICTION_TABLES, PredictionTable
from ml_assets.recommender.config import RecommenderConfig, RecommenderGateConfig, RecommenderScoringConfig
from ml_assets.recommender.contest import RecommenderContest
from ml_assets.recommender.evaluation import RecommenderRecord
from ml_assets.recommender.fitted import FittedRecommender
from ml_assets.recommender.measure import measure, stored_judged, stored_record
from ml_assets.recommender.methods import RULE, Method
from ml_assets.recommender.monitored import MonitoredRecommender
from ml_assets.recommender.question import RecommenderQuestion
from ml_assets.recommender.scoring import UNAVAILABLE_CHECK, UNSEEN_CHECK, AskedNow, answers, asked_now
from ml_assets.recommender.shown import clicks_metadata, record_metadata
from ml_assets.recommender.steps import TrainedRecommender, fit, stored_training
from ml_assets.recommender.training_set import make_training_set
from ml_assets.recommender.verdicts import judged_against, judged_service, judged_time
from ml_assets.reports.recommender_card import recommender_card
from ml_assets.reports.recommender_rows import recommender_rows
from ml_assets.reports.scoreboard_record import ScoreboardRow
from ml_assets.reports.standing import Standing
from ml_assets.warehouse import Warehouse

TRAINING_SET_CHECK = "events_are_whole"
TIME_CHECK = "no_event_from_the_future"
RULE_CHECK = "better_than_re_view"
POPULARITY_CHECK = "better_than_popularity"
SERVICE_CHECK = "most_contexts_are_served"


class ClicksConfig(dg.Config):
    """The events follow from the data; there is nothing to set."""


@dataclass(frozen=True, slots=True)
class RecommenderFamily:
    """A recommender that is registered as a model."""

    question: RecommenderQuestion

    @property
    def name(self) -> str:
        """Name of the registered model."""
        return self.question.name

    @property
    def words(self) -> str:
        """The question in words."""
        return self.question.words

    @property
    def source(self) -> str:
        """Source that is asked about."""
        return self.question.source

    @property
    def tables(self) -> tuple[TableName, ...]:
        """Events, until when they are complete, and items, by which it is told what could have been shown."""
        return self.question.events, OBSERVATION_WINDOWS, self.question.items

    @property
    def asked(self) -> TableName:
        """The table of items; whom is asked about follows from the events at their clock."""
        return self.question.items

    @property
    def asked_key(self) -> tuple[str, ...]:
        """None: no table lists the visitors and sessions of the clock."""
        return ()

    @property
    def scores(self) -> PredictionTable:
        """The table of the question's name."""
        return PREDICTION_TABLES[self.question.name]

    @property
    def descriptions(self) -> Mapping[Step, str]:
        """What the assets are."""
        return {
            Step.TRAINING_SET: f"Events of the complete days. {self.question.words} {self.question.population}",
            Step.MODEL: "Candidates from sessions, ordered by trees, among other methods; the best is registered, "
            "beside it re-viewing, the one-line rule.",
            Step.EVALUATION: "What lists are worth on weeks that were not learned from: by method, by kind of context, "
            "by stage, and week by week.",
        }

    @property
    def checks(self) -> Mapping[Step, tuple[Check, ...]]:
        """Checks of events, figures and lists."""
        return {
            Step.TRAINING_SET: (Check(TRAINING_SET_CHECK, "Events have ids, a kind, a time in the complete days."),),
            Step.EVALUATION: (
                Check(TIME_CHECK, "Nothing learned knows the weeks that are judged; nothing counted, what is asked."),
                Check(RULE_CHECK, "Lists are better than a visitor's own last items.", is_blocking=False),
                Check(POPULARITY_CHECK, "Lists are better than what everybody views.", is_blocking=False),
                Check(SERVICE_CHECK, "Most contexts get more than popular items.", is_blocking=False),
            ),
            Step.SCORES: (
                Check(UNSEEN_CHECK, "No item is shown that nobody had viewed by the event clock."),
                Check(UNAVAILABLE_CHECK, "No item is shown that cannot be bought."),
            ),
        }

    @property
    def configs(self) -> Mapping[Step, type[dg.Config]]:
        """Types of the settings."""
        return {
            Step.TRAINING_SET: ClicksConfig,
            Step.MODEL: RecommenderConfig,
            Step.EVALUATION: RecommenderGateConfig,
            Step.PROMOTION: RecommenderGateConfig,
            Step.SCORES: RecommenderScoringConfig,
        }

    @property
    def beside(self) -> tuple[dg.AssetKey, ...]:
        """Nothing else stands before the gate."""
        return ()

    @property
    def monitored(self) -> MonitoredRecommender:
        """Its sessions."""
        return MonitoredRecommender(self.question)

    def make_training_set(self, warehouse: Warehouse, files: ModelFiles, config: ClicksConfig) -> Shown:
        """Store the events of the complete days."""
        del config
        facts, problems = make_training_set(self.question, warehouse, files)
        found = Judgement(not problems, "; ".join(problems) or "all are")
        return Shown(clicks_metadata(facts), {TRAINING_SET_CHECK: found})

    def fit(
        self, files: ModelFiles, config: RecommenderConfig, code_version: str, champion: Callable[[], Any]
    ) -> TrainedRecommender:
        """Fit the rule and the best learned method; no version continues another."""
        del champion
        return fit(self.question, files, config, code_version)

    def measure(self, files: ModelFiles, config: RecommenderGateConfig) -> Measured:
        """Measure the chosen method beside all others."""
        record = measure(self.question, files, config)
        judgements = {
            TIME_CHECK: judged_time(record),
            RULE_CHECK: judged_against(record, RULE),
            POPULARITY_CHECK: judged_against(record, Method.POPULARITY),
            SERVICE_CHECK: judged_service(record),
        }
        return Measured(record, metrics_of(record), Shown(record_metadata(record), judgements))

    def contest(self, files: ModelFiles, config: RecommenderGateConfig) -> RecommenderContest:
        """Return the newest version on the test window."""
        question = self.question
        return RecommenderContest(
            stored_record(question, files), stored_training(question, files), stored_judged(question, files), config
        )

    def rows_to_score(self, warehouse: Warehouse, config: RecommenderScoringConfig) -> AskedNow:
        """Return what is known at the event clock."""
        del config
        return asked_now(self.question, warehouse)

    def answers(
        self, model: FittedRecommender, rows: AskedNow, files: ModelFiles, config: RecommenderScoringConfig
    ) -> Answers:
        """Return lists of visitors and open sessions."""
        del files
        return answers(self.question, model, rows, config)

    def card(self, files: ModelFiles, standing: Standing, config: RecommenderGateConfig) -> str:
        """Return the card."""
        return recommender_card(self.question, stored_record(self.question, files), standing, config)

    def scoreboard_rows(self, files: ModelFiles, serves: str) -> tuple[ScoreboardRow, ...]:
        """Return NDCG beside the rule, and each claim."""
        is_evaluated = files.evaluation(self.name).exists()
        record = stored_record(self.question, files) if is_evaluated else None
        return recommender_rows(self.question, record, serves, RecommenderGateConfig().min_events)


def metrics_of(record: RecommenderRecord) -> dict[str, float]:
    """Return the figures that are logged onto the version's run."""
    own = record.own
    if own is None:
        return {}
    found = {
        "ndcg_20": own.overall.value,
        "coverage_20": own.coverage,
        "popularity_bias": own.popularity_bias,
        "served_share": own.served_share,
        **{f"recall_20_of_{re.sub(r'[^a-z]+', '_', stage.name)}": stage.recall_20 for stage in record.stages},
    }
    for kind, figures in own.by_kind.items():
        found |= {f"{kind}_{name.replace('@', '_')}": each.value for name, each in figures.figures.items()}
    for method in record.methods:
        found[f"{method.method}_ndcg_20"] = method.overall.value
    return {name: value for name, value in found.items() if value is not None}
