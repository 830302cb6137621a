"""The page of a replay, and the same as JSON.

Belongs here: which figures stand in which table and drawing. Does not belong here: the figures (``figures``), the frame
of all pages (``reports``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from ml_assets.replay.alarms import AlarmFigures, Truth
from ml_assets.replay.figures import Mark, ModelFigures, PolicyFigures
from ml_assets.replay.policies import LOOKS, Policy
from ml_assets.replay.records import StepRecord
from ml_assets.reports.drawings import Axis, Dot, Drawing, Look, Series, drawing, spread_axis
from ml_assets.reports.page import rendered
from ml_assets.reports.plain_card import FactsTable, Section
from ml_assets.reports.wording import DASH, count, decimal, signed

TITLE = "Replay"
# How the bar of the report site leads to the other pages, and which part of it the page belongs to.
_ON_SITE = {"root": "../", "here": "more"}
_DIGITS = 4
# So many days stand below a drawing without touching.
_MOST_NAMES = 4
# So far beyond the first and the last day an axis goes, as a share of the days between.
_MARGIN = 0.08
_LOSSES = ("policy", "log-loss", "lower than never by")
_ALARMS = ("policy", "trainings", "promoted", "alarms", "alarms a year", "false a year", "shift seen after")


class ReplayResult(BaseModel):
    """All that the page of a replay says; the JSON beside it.

    Attributes
    ----------
    kind
        Always ``replay``: none of it was served to anybody.
    truth
        What is known of the world.
    models
        One each.
    commit
        Of the code that ran.
    """

    model_config = ConfigDict(frozen=True)

    kind: str = "replay"
    truth: Truth
    models: tuple[ModelFigures, ...]
    commit: str


def replay_page(
    result: ReplayResult,
    records: Mapping[str, Mapping[Policy, Sequence[StepRecord]]],
    home: str,
    *,
    is_on_site: bool,
) -> str:
    """Return the page.

    Parameters
    ----------
    result
        The figures.
    records
        Days of each model under each policy, the oldest first.
    home
        Where the replay was made, in words.
    is_on_site
        Whether the page stands among those of the platform's report site, and leads to them.
    """
    shown = dict.fromkeys(policy for of_model in records.values() for policy in of_model)
    return rendered(
        "replay.html",
        title=TITLE,
        truth=truth_in_words(result.truth),
        policies={policy.value: LOOKS[policy].words for policy in shown},
        sections=[_section(each, result.truth, records[each.model]) for each in result.models],
        commit=result.commit,
        home=home,
        **(_ON_SITE if is_on_site else {}),
    )


def truth_in_words(truth: Truth) -> str:
    """Return what is known of the world, and what that means for alarms."""
    if truth.shift_from is not None:
        return f"A shift begins in this world on {truth.shift_from}: alarms before that day are false."
    if truth.is_steady:
        return "Nothing changes in this world: every alarm is false."
    return "Nobody knows when these data changed: alarms are counted, and none can be called right or false."


def _section(figures: ModelFigures, truth: Truth, records: Mapping[Policy, Sequence[StepRecord]]) -> Section:
    replayed = f"Replayed from {figures.first} to {figures.last}."
    points = tuple(filter(None, (_told(each) for of_policy in records.values() for each in of_policy)))
    alarms = FactsTable(
        "Trainings and alarms",
        "Trainings come after the first one, which all share. An alarm is a day on which drift or decay became a cause "
        "for a training.",
        _ALARMS,
        tuple(_alarm_row(each, truth) for each in figures.policies),
    )
    if not figures.rows:
        words = f"{replayed} No answer is known yet to a row that the policies had scored."
        return Section(figures.model, words, points, (alarms,))
    words = (
        f"{replayed} Judged on {count(figures.rows)} rows of {count(figures.entities)} entities; the mean log-loss and "
        "its differences have 95 % intervals by a bootstrap over entities, paired on the same rows."
    )
    losses = FactsTable(
        "What scores were worth",
        "Never is the yardstick: what the first training brought, and no other.",
        _LOSSES,
        tuple(_loss_row(each) for each in figures.policies),
    )
    return Section(figures.model, words, points, (losses, alarms), tuple(_drawings(figures)))


def _loss_row(figures: PolicyFigures) -> tuple[str, ...]:
    gain, loss = figures.gain, figures.log_loss
    between = "" if loss.low is None else f" ({decimal(loss.low, _DIGITS)} to {decimal(loss.high, _DIGITS)})"
    own = DASH
    if figures.policy is not Policy.NEVER:
        own = signed(gain.value, _DIGITS)
        own += "" if gain.low is None else f" ({signed(gain.low, _DIGITS)} to {signed(gain.high, _DIGITS)})"
    return figures.policy.value, f"{decimal(loss.value, _DIGITS)}{between}", own


def _alarm_row(figures: PolicyFigures, truth: Truth) -> tuple[str, ...]:
    promoted = sum(mark.is_promoted for mark in figures.trainings)
    return figures.policy.value, str(len(figures.trainings)), str(promoted), *_alarm_cells(figures.alarms, truth)


def _alarm_cells(alarms: AlarmFigures | None, truth: Truth) -> tuple[str, str, str, str]:
    if alarms is None:
        return DASH, DASH, DASH, DASH
    seen = DASH
    if truth.shift_from is not None:
        seen = "not seen" if alarms.delay_days is None else f"{alarms.delay_days} days"
    return str(alarms.alarms), _rate(alarms.a_year), _rate(alarms.false_a_year), seen


def _rate(a_year: float | None) -> str:
    return DASH if a_year is None else decimal(a_year, 1)


def _drawings(figures: ModelFigures) -> list[Drawing]:
    """Return one drawing for each policy that trains, with never beside it."""
    never = next((each for each in figures.policies if each.policy is Policy.NEVER), None)
    up = spread_axis("log-loss", [value for each in figures.policies for value in each.course])
    return [_drawing(figures, each, never, up) for each in figures.policies if each is not never]


def _time(figures: ModelFigures) -> Axis:
    """Return the days of the replay as an axis that holds all periods."""
    first, last = min(figures.first, *figures.periods), figures.last
    between = (last - first).days / (_MOST_NAMES - 1)
    ticks = dict.fromkeys(first + timedelta(days=round(n * between)) for n in range(_MOST_NAMES))
    margin = _MARGIN * max((last - first).days, 1)
    named = tuple((float(tick.toordinal()), tick.isoformat()) for tick in ticks)
    return Axis("day", first.toordinal() - margin, last.toordinal() + margin, named)


def _drawing(figures: ModelFigures, own: PolicyFigures, never: PolicyFigures | None, up: Axis) -> Drawing:
    places = tuple(float(period.toordinal()) for period in figures.periods)
    promoted, others = (
        tuple(_dot(figures, own, mark) for mark in own.trainings if mark.is_promoted is wanted)
        for wanted in (True, False)
    )
    series = [] if never is None else [Series(Policy.NEVER.value, Look.REFERENCE, places, never.course)]
    series += [Series("trained, nobody replaced", Look.RULE, dots=others)] if others else []
    return drawing(
        own.policy.value,
        "Mean log-loss of the rows of each period, lower is better. Filled dots are trainings whose version serves "
        f"from then on ({len(promoted)}), open ones those after which who served went on ({len(others)}).",
        _time(figures),
        up,
        (*series, Series(own.policy.value, Look.MODEL, places, own.course, promoted)),
    )


def _dot(figures: ModelFigures, own: PolicyFigures, mark: Mark) -> Dot:
    """Return a training on its day, as high as the newest judged period that had begun by then."""
    begun = [i for i, period in enumerate(figures.periods) if period <= mark.day]
    height = own.course[begun[-1] if begun else 0]
    return Dot(float(mark.day.toordinal()), height, f"{mark.day}, {mark.words}")


def _told(record: StepRecord) -> str | None:
    """Return what a policy did on a day in a sentence; None where it did nothing."""
    training = record.training
    if training is None and not record.is_alarm:
        return None
    what = "alarm" if training is None else f"trained ({training.verdict})"
    why = "nobody served" if training is not None and training.is_first else "; ".join(record.reasons)
    outcome = "" if training is None else f" The gate: {training.reason}."
    return f"{record.day}, {record.policy}: {what}, because {why}.{outcome}"
