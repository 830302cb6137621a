"""The card of a segmentation: one page on the segments, what they are worth, and where they fail.

Belongs here: what the template of the card is given. Does not belong here: drawings (``segmentation_charts``),
measuring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.page import rendered
from ml_assets.reports.plain_card import Tile
from ml_assets.reports.segmentation_charts import learned_drawings, setting_words
from ml_assets.reports.standing import Standing
from ml_assets.segmentation.config import SegmentGateConfig
from ml_assets.segmentation.evaluate import GRID_SEGMENTS, SEGMENTS
from ml_assets.segmentation.evaluation import SegmentationEvaluation, SegmentProfile
from ml_assets.segmentation.question import SegmentationQuestion
from ml_assets.segmentation.quintiles import QuintileGrid
from ml_assets.segmentation.record import SegmentationRecord
from ml_assets.segmentation.rules import CAME_BACK, RFM_GRID

_NOTHING = Estimate(value=None)
_GROUPINGS = {
    SEGMENTS: "learned segments",
    GRID_SEGMENTS: "grid, cells gathered under names",
    RFM_GRID: "grid, every cell for itself",
    CAME_BACK: "came back or not, recent or not",
}


@dataclass(frozen=True, slots=True)
class ProfileTable:
    """Segments as they stand on the card.

    Attributes
    ----------
    title, words
        Heading, and what the table says.
    profiles
        The segments, largest first.
    largest_share
        Share of the largest one, by which bars are drawn.
    """

    title: str
    words: str
    profiles: tuple[SegmentProfile, ...]

    @property
    def largest_share(self) -> float:
        """Share of the largest segment."""
        return max((each.share for each in self.profiles), default=1.0) or 1.0


def segmentation_card(
    question: SegmentationQuestion, record: SegmentationRecord, standing: Standing, config: SegmentGateConfig
) -> str:
    """Return the card of a version as a page that needs no other file.

    Parameters
    ----------
    question
        What the segments are about.
    record
        What was measured.
    standing
        Who serves, and where the version comes from.
    config
        By what the gate judged.

    Raises
    ------
    ValueError
        If a link of the standing is neither relative nor of the web.
    """
    is_rule = record.chosen == QuintileGrid.kind
    learned = record.learned
    return rendered(
        "segments.html",
        title=question.name,
        words=question.words,
        population=question.population,
        version=record.version,
        chosen=record.chosen,
        fingerprint=record.fingerprint,
        question=question,
        record=record,
        learned=learned,
        facts=standing,
        config=config,
        tone=standing.tone(record.version, is_rule=is_rule, is_suspect=False),
        serves=standing.serving_words(record.version, is_rule=is_rule),
        tiles=_tiles(record, learned),
        tables=_tables(learned, record.grid.profiles),
        axes=[axis.name for axis in question.axes],
        groupings=_GROUPINGS,
        drawings=() if learned is None else learned_drawings(learned),
        trials=[] if learned is None else [(setting_words(trial), trial) for trial in learned.trials],
        chosen_setting=None if learned is None else (learned.method, learned.setting),
    )


def _tiles(record: SegmentationRecord, learned: SegmentationEvaluation | None) -> list[Tile]:
    of = {each.name: each for each in learned.separations} if learned else {}
    gain = of[GRID_SEGMENTS].gain if GRID_SEGMENTS in of else None
    return [
        Tile("Better than the grid", gain or _NOTHING, "separation of later spend, paired", is_signed=True),
        Tile("Separation", of[SEGMENTS].gini if SEGMENTS in of else _NOTHING, "of later spend; 0 is chance"),
        Tile("Separation of the grid", record.grid.separation or _NOTHING, "its named segments"),
        Tile("Stability", learned.stability if learned else _NOTHING, "of two resamples; 1 is full"),
        Tile("Stability of the null", learned.null_stability if learned else _NOTHING, "without any groups"),
        Tile("Names kept", Estimate(value=learned.names_kept if learned else None), "share of customers, two refits"),
    ]


def _tables(learned: SegmentationEvaluation | None, grid: Sequence[SegmentProfile]) -> list[ProfileTable]:
    tables = [
        ProfileTable(
            "Segments of the grid",
            "Fifths of recency, frequency and value; a cell has the name of the nearest prototype.",
            tuple(grid),
        )
    ]
    if learned is not None:
        tables.insert(0, ProfileTable("Learned segments", "Of the version that was judged.", learned.profiles))
    return tables
