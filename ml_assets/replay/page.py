"""The page of a replay, and the same as JSON.

Belongs here: which figures stand in which table and drawing. Does not belong here: the figures (``figures``), the frame
of all pages (``reports``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from ml_assets.replay.alarms import AlarmFigures, Truth
from ml_assets.replay.figures import ModelFigures, PolicyFigures
from ml_assets.replay.policies import LOOKS, Policy
from ml_assets.replay.records import StepRecord
from ml_assets.reports.drawings import Axis, Dot, Drawing, Look, Series, drawing, spread_axis
from ml_assets.reports.page import rendered
from ml_assets.reports.plain_card import FactsTable, Section
from ml_assets.reports.wording import DASH, count, decimal, signed

TITLE = "Replay"
_DIGITS = 4
# So many names of periods stand below a drawing without touching.
_MOST_NAMES = 5
_HEADER = (
    "policy",
    "log-loss",
    "lower than never by",
    "trainings",
    "promoted",
    "alarms",
    "alarms a year",
    "false a year",
    "shift seen after",
)


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


def replay_page(result: ReplayResult, records: Mapping[str, Mapping[Policy, Sequence[StepRecord]]], home: str) -> str:
    """Return the page.

    Parameters
    ----------
    result
        The figures.
    records
        Days of each model under each policy, the oldest first.
    home
        Where the replay was made, in words.
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
    if not figures.rows:
        words = f"{replayed} No answer is known yet to a row that the policies had scored."
        return Section(figures.model, words, points)
    words = (
        f"{replayed} Judged on {count(figures.rows)} rows of {count(figures.entities)} entities; the mean log-loss and "
        "its differences have 95 % intervals by a bootstrap over entities, paired on the same rows."
    )
    table = FactsTable(
        "Policies side by side",
        "Trainings come after the first one, which all share. An alarm is a day on which drift or decay became a cause "
        "for a training.",
        _HEADER,
        tuple(_row(each, truth) for each in figures.policies),
    )
    return Section(figures.model, words, points, (table,), tuple(_drawings(figures)))


def _row(figures: PolicyFigures, truth: Truth) -> tuple[str, ...]:
    promoted = sum(mark.is_promoted for mark in figures.trainings)
    gain, loss = figures.gain, figures.log_loss
    own = DASH if figures.policy is Policy.NEVER else signed(gain.value, _DIGITS)
    if figures.policy is not Policy.NEVER and gain.low is not None:
        own = f"{own} ({signed(gain.low, _DIGITS)} to {signed(gain.high, _DIGITS)})"
    between = "" if loss.low is None else f" ({decimal(loss.low, _DIGITS)} to {decimal(loss.high, _DIGITS)})"
    return (
        figures.policy.value,
        f"{decimal(loss.value, _DIGITS)}{between}",
        own,
        str(len(figures.trainings)),
        str(promoted),
        *_alarm_cells(figures.alarms, truth),
    )


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
    values = [value for each in figures.policies for value in each.course]
    across, up = _periods(figures), spread_axis("log-loss", values)
    return [_drawing(figures, each, never, across, up) for each in figures.policies if each is not never]


def _periods(figures: ModelFigures) -> Axis:
    number = len(figures.periods)
    every = -(-number // _MOST_NAMES)
    ticks = tuple((float(i), figures.periods[i].isoformat()) for i in range(0, number, every))
    return Axis("period", -0.5, number - 0.5, ticks)


def _drawing(
    figures: ModelFigures, policy: PolicyFigures, never: PolicyFigures | None, across: Axis, up: Axis
) -> Drawing:
    places = tuple(float(i) for i in range(len(figures.periods)))
    behind = () if never is None else (Series(Policy.NEVER.value, Look.REFERENCE, places, never.course),)
    promoted, others = (
        tuple(_dot(figures, policy, mark.day.toordinal(), f"{mark.day}, {mark.words}") for mark in marked)
        for marked in (
            [mark for mark in policy.trainings if mark.is_promoted],
            [mark for mark in policy.trainings if not mark.is_promoted],
        )
    )
    return drawing(
        policy.policy.value,
        f"Mean log-loss by period, lower is better. A filled dot is a training whose version serves from then on, an "
        f"open one a training after which who served went on: {len(promoted)} and {len(others)}.",
        across,
        up,
        (
            *behind,
            Series("trained in vain", Look.RULE, dots=others),
            Series(policy.policy.value, Look.MODEL, places, policy.course, promoted),
        ),
    )


def _dot(figures: ModelFigures, policy: PolicyFigures, ordinal: int, words: str) -> Dot:
    """Return a training as a point of the course, at the newest judged period that had begun by its day."""
    begun = [i for i, period in enumerate(figures.periods) if period.toordinal() <= ordinal]
    place = begun[-1] if begun else 0
    return Dot(float(place), policy.course[place], words)


def _told(record: StepRecord) -> str | None:
    """Return what a policy did on a day in a sentence; None where it did nothing."""
    training = record.training
    if training is None and not record.is_alarm:
        return None
    what = "alarm" if training is None else f"trained ({training.verdict})"
    why = "nobody served" if training is not None and training.is_first else "; ".join(record.reasons)
    outcome = "" if training is None else f" The gate: {training.reason}."
    return f"{record.day}, {record.policy}: {what}, because {why}.{outcome}"
