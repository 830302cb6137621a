"""What is done about a model once it serves: a report on its newest window, past scores judged, a decision recorded.

Belongs here: the order inside a step, and what one leaves for the next. Does not belong here: the comparison
(``comparison``), the decision (``decision``), pages (``report``).
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg

from ml_assets.family.family import Family
from ml_assets.files import ModelFiles, write_text
from ml_assets.monitoring.comparison import Compared, ComparisonConfig, NotCompared, compare
from ml_assets.monitoring.decision.machine import decide
from ml_assets.monitoring.decision.memory import Decision
from ml_assets.monitoring.decision.policy import RetrainingPolicy
from ml_assets.monitoring.decision.record import decision_row, newest, record, remembered
from ml_assets.monitoring.decision.situation import AnswersSeen
from ml_assets.monitoring.decision.training_runs import training_of
from ml_assets.monitoring.monitored import Settled
from ml_assets.monitoring.performance.config import PerformanceConfig
from ml_assets.monitoring.performance.judge import NO_LABEL, realised
from ml_assets.monitoring.performance.verdict import PerformanceVerdict
from ml_assets.monitoring.report.archive import write_report
from ml_assets.monitoring.report.decided import write_decided
from ml_assets.monitoring.report.drift_page import DriftFacts, drift_page
from ml_assets.monitoring.report.record import Decided
from ml_assets.monitoring.retention import prune_reports
from ml_assets.monitoring.situation_now import DriftSeen, drift_seen, performance_seen, situation_now
from ml_assets.registry.names import CANDIDATE, CHAMPION, FINGERPRINT
from ml_assets.registry.tracking import ModelRegistry, Version
from ml_assets.reports.index import index_text
from ml_assets.warehouse import Warehouse


def watch(
    family: Family,
    warehouse: Warehouse,
    files: ModelFiles,
    registry: ModelRegistry,
    config: ComparisonConfig,
    now: datetime,
) -> Compared | NotCompared:
    """Compare a model's newest window, write the report on it, and leave what was found for the decision."""
    found = compare(family, warehouse, registry, config)
    if isinstance(found, Compared):
        write_page(found, files, now)
        prune_reports(warehouse, files, config.kept_reports)
        list_pages(files)
    write_text(files.drift_seen(family.name), seen(found).model_dump_json(indent=2))
    return found


def look_back(
    family: Family,
    warehouse: Warehouse,
    files: ModelFiles,
    registry: ModelRegistry,
    config: ComparisonConfig,
    last: date,
    now: datetime,
) -> Compared | NotCompared:
    """Compare a past window of a model, and write the report on it; no decision hears of it."""
    found = compare(family, warehouse, registry, config, last)
    if isinstance(found, Compared):
        write_page(found, files, now)
        list_pages(files)
    return found


def seen(found: Compared | NotCompared) -> DriftSeen:
    """Return what a decision has to know of a comparison."""
    if isinstance(found, NotCompared):
        version = None if found.champion is None else found.champion.number
        return DriftSeen(verdict=found.verdict, words=found.words, version=version)
    answers = found.verdict.answers
    return DriftSeen(
        verdict=found.verdict.current_verdict,
        words=found.verdict.words.removesuffix("."),
        report_id=found.report_id,
        window_last=found.current.last,
        version=found.champion.number,
        answers=None if answers is None else AnswersSeen(answers.verdict, answers.last),
    )


def write_page(found: Compared, files: ModelFiles, now: datetime) -> Path:
    """Write the report on a window; return where it lies."""
    model, as_of = found.champion.name, found.current.last
    facts = DriftFacts(
        model=model,
        as_of=as_of,
        champion_version=found.champion.number,
        made_at=f"{now:%Y-%m-%d %H:%M} UTC",
        git_commit=files.commit,
        links={"Model card": f"../../models/{model}.html"},
    )
    page = files.drift_report(model, as_of)
    write_report(page, drift_page(found.reference, found.current, found.verdict, facts, found.answers))
    return page


def decide_on_retraining(
    family: Family,
    warehouse: Warehouse,
    files: ModelFiles,
    registry: ModelRegistry,
    instance: dg.DagsterInstance,
    policy: RetrainingPolicy,
    run_id: str,
    now: datetime,
) -> Decision:
    """Decide whether a model is trained again, record the decision, and write it into the newest report."""
    before = remembered(newest(warehouse, family.name))
    training = training_of(instance, family.name, before, run_id)
    situation = situation_now(family, warehouse, files, registry, training)
    decision = decide(before, situation, policy)
    record(warehouse, decision_row(family.name, decision, situation, decided_at=now, run_id=run_id))
    show_decision(family.name, decision, files)
    return decision


def show_decision(model: str, decision: Decision, files: ModelFiles) -> None:
    """Write a decision, and what it went by of past scores, into the report of the newest window, if there is one."""
    found = drift_seen(model, files)
    page = None if found is None or found.window_last is None else files.drift_report(model, found.window_last)
    if page is not None and page.exists():
        performance = performance_seen(model, files)
        decided = Decided(
            state=decision.state, action=decision.action, reasons=decision.reasons, performance=performance
        )
        write_decided(page, decided)
        list_pages(files)


def list_pages(files: ModelFiles) -> None:
    """Write the list of all pages anew."""
    write_text(files.index, index_text(files))


def judge_past_scores(
    family: Family, warehouse: Warehouse, files: ModelFiles, registry: ModelRegistry, config: PerformanceConfig
) -> PerformanceVerdict:
    """Judge what the champion said without hindsight by what became true, and leave it for the decision."""
    champion = registry.aliased(family.name, CHAMPION)
    evaluation = None if champion is None else evaluation_of(registry, champion, files)
    settled = (
        None
        if champion is None or evaluation is None
        else family.monitored.settled(warehouse, champion.number, champion.tags[CANDIDATE], evaluation)
    )
    found = _performance(champion, evaluation, settled, config)
    write_text(files.performance_seen(family.name), found.model_dump_json(indent=2))
    return found


def _performance(
    champion: Version | None, evaluation: str | None, settled: Settled | None, config: PerformanceConfig
) -> PerformanceVerdict:
    if settled is not None:
        return realised(settled.rows, settled.promised, config)
    if champion is None:
        return NO_LABEL.model_copy(update={"words": "no version serves, so that there are no scores to judge"})
    if evaluation is None:
        words = f"what version {champion.number} promised is not in the registry: train the model again"
        return NO_LABEL.model_copy(update={"words": words})
    return NO_LABEL


def evaluation_of(registry: ModelRegistry, version: Version, files: ModelFiles) -> str | None:
    """Return what was measured of a version, or of the other candidate of the same training if that was measured.

    A rule that serves is measured beside the learned candidate that it beat, whose run has the record.
    """
    name = files.evaluation(version.name).name
    training = training_fingerprint(version)
    others = (each for each in reversed(registry.versions(version.name)) if training_fingerprint(each) == training)
    for each in (version, *others):
        with TemporaryDirectory(prefix="evaluation_") as scratch:
            if registry.fetched(each, (name,), Path(scratch)):
                return (Path(scratch) / name).read_text(encoding="utf-8")
    return None


def training_fingerprint(version: Version) -> str:
    """Return the fingerprint of the training that a version came of, which all of its candidates share."""
    return version.tags[FINGERPRINT].removesuffix(f"-{version.tags[CANDIDATE]}")
