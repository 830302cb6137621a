"""A whole replay: the sources one after the other, and at last the page.

Belongs here: which models, which plan, what is written in the end. Does not belong here: the days of a source
(``of_source``), folders (``home``), figures (``ml_assets.replay``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from ecom_assets.environment import Settings
from ecom_assets.ingestion.assets import landed_fingerprints
from ecom_assets.ingestion.sources import SOURCES
from ecom_assets.models import code_commit, model_files
from ecom_assets.replay.days import chosen_days, event_span, period_ends
from ecom_assets.replay.home import Plan, ReplayHome, opened_home
from ecom_assets.replay.of_source import SourceReplay
from ecom_assets.replay.wanted import Wanted
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.family import QuestionFamily
from ml_assets.code_version import code_version
from ml_assets.definitions import questions_of
from ml_assets.files import write_text
from ml_assets.replay.figures import ModelFigures, model_figures
from ml_assets.replay.judged import judged_policies
from ml_assets.replay.page import ReplayResult, replay_page
from ml_assets.reports.index import index_text

# What a model becomes, and what a policy does, follows from the code in these.
_CODE = (
    "classification",
    "churn",
    "late_delivery",
    "family",
    "metrics",
    "monitoring",
    "registry",
    "replay",
    "config.py",
    "predictions.py",
)


class UnknownModelError(ValueError):
    """A model was named that cannot be replayed; the message names those that can."""


def replay(settings: Settings, wanted: Wanted, folder: Path, say: Callable[[str], None]) -> Path:
    """Re-enact history, and return where the page is; it stands on the platform's report site as well, if there is one.

    Days that were recorded in the folder are not taken again: what was broken off goes on.

    Parameters
    ----------
    settings
        Of the platform: which landing folder, which sources.
    wanted
        What is replayed.
    folder
        Home of the replay.
    say
        Is told of each day.

    Raises
    ------
    UnknownModelError
        If a model cannot be replayed.
    NothingToReplayError
        If there are no two days to replay.
    ReplayHomeError
        If the folder cannot be the home of this replay.
    LoadError
        If the landing folder cannot be used as it is.
    BuildError
        If dbt fails.
    """
    families = replayed_families(settings.sources, wanted.models)
    sources = [name for name in settings.sources if any(family.source == name for family in families)]
    days = {name: _days(settings, name, families, wanted) for name in sources}
    version = code_version(*_CODE)
    files = landed_fingerprints(settings.raw_dir, [SOURCES[name] for name in sources])
    plan = Plan(
        files=hashlib.sha256("\n".join(sorted(files.values())).encode()).hexdigest(),
        code=hashlib.sha256(f"{version} {wanted.training.model_dump_json()} {wanted.every}".encode()).hexdigest(),
        days={name: tuple(found) for name, found in days.items()},
    )
    home = opened_home(folder, settings.home, plan, code_commit())
    figures: list[ModelFigures] = []
    for name in sources:
        asked = [family for family in families if family.source == name]
        past = SourceReplay(settings, home, name, asked, wanted, version, say).enacted(days[name])
        figures += [_figures(home, family, wanted, past) for family in asked]
    result = ReplayResult(truth=wanted.truth, models=tuple(figures), commit=home.commit)
    records = {
        family.name: {policy: home.records(policy, family.name) for policy in wanted.policies} for family in families
    }
    _write(home.page, result, replay_page(result, records, folder.name, is_on_site=False))
    site = model_files(settings)
    # Without a site there is nothing that the page could lead to.
    if site.index.exists():
        _write(site.replay, result, replay_page(result, records, folder.name, is_on_site=True))
        write_text(site.index, index_text(site))
    return home.page


def replayed_families(sources: Sequence[str], models: Sequence[str]) -> list[QuestionFamily]:
    """Return the models that are replayed: questions with a yes or no, without what they have beside the probability.

    Raises
    ------
    UnknownModelError
        If a name is none of them.
    """
    known = {question.name: QuestionFamily(question) for question in questions_of(sources)}
    unknown = [name for name in models if name not in known]
    if unknown:
        raise UnknownModelError(
            f"{', '.join(unknown)} cannot be replayed with ECOM_SOURCES={','.join(sources)}; use some of "
            f"{', '.join(known)}"
        )
    return [family for name, family in known.items() if name in models or not models]


def _write(page: Path, result: ReplayResult, text: str) -> None:
    write_text(page, text)
    write_text(page.with_suffix(".json"), result.model_dump_json(indent=2))


def _days(settings: Settings, source: str, families: Sequence[QuestionFamily], wanted: Wanted) -> list[date]:
    [period] = {family.question.period for family in families if family.source == source}
    ends = period_ends(period, *event_span(settings.raw_dir, source, settings.max_rejected_share))
    return chosen_days(ends, wanted.since, wanted.until, wanted.every)


def _figures(home: ReplayHome, family: QuestionFamily, wanted: Wanted, past: DuckDBWarehouse) -> ModelFigures:
    own = {policy: home.own(policy, family.name) for policy in wanted.policies}
    records = {policy: home.records(policy, family.name) for policy in wanted.policies}
    return model_figures(family.name, judged_policies(family.question, past, own), records, wanted.truth)
