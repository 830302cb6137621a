"""The card of a kind of model that has no page of its own making: sections of words, tables and drawings.

Belongs here: what such a card is made of, some of which other cards use too. Does not belong here: what a kind says on
it (its own room), the frame that all cards share (``templates/card_frame.html``), the card of a classifier (``card``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ml_assets.metrics.estimate import Estimate
from ml_assets.reports.drawings import Drawing
from ml_assets.reports.page import rendered
from ml_assets.reports.standing import Standing


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline number."""

    title: str
    estimate: Estimate
    words: str
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class FactsTable:
    """A further table of a card, such as the coverage of predicted days by month.

    Attributes
    ----------
    title, words
        Heading, and what the table says.
    header, rows
        Cells as they are to be read; each row is as long as the header.
    """

    title: str
    words: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a card under a heading.

    Attributes
    ----------
    title
        The heading.
    words
        What it begins with; may be empty.
    points
        A list below that.
    tables, drawings
        What stands below the list.
    """

    title: str
    words: str = ""
    points: tuple[str, ...] = ()
    tables: tuple[FactsTable, ...] = ()
    drawings: tuple[Drawing, ...] = ()


def plain_card(
    *,
    title: str,
    words: str,
    population: str,
    version: str,
    chosen: str,
    fingerprint: str,
    standing: Standing,
    is_rule: bool,
    is_suspect: bool = False,
    sections: Sequence[Section],
) -> str:
    """Return a card as a page that needs no other file.

    Parameters
    ----------
    title
        Name of the registered model.
    words, population
        What it answers, and of whom.
    version, chosen, fingerprint
        Version that the gate judged last: its number, the name of its candidate, what it was made of.
    standing
        What every card says.
    is_rule, is_suspect
        Whether the candidate is a rule, and whether its figures are too good to be true.
    sections
        The page between the verdict and the origin.

    Raises
    ------
    ValueError
        If a link is neither relative nor of the web.
    """
    return rendered(
        "plain_card.html",
        title=title,
        words=words,
        population=population,
        version=version,
        chosen=chosen,
        fingerprint=fingerprint,
        facts=standing,
        tone=standing.tone(version, is_rule=is_rule, is_suspect=is_suspect),
        serves=standing.serving_words(version, is_rule=is_rule),
        sections=sections,
    )
