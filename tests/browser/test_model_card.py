"""Card and scoreboard in a browser without network: every part is seen, wide and on a phone, by day and by night.

The pages are opened as files, so that no server is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from ml_assets.classification.question import Period
from ml_assets.files import write_text
from ml_assets.reports.card import model_card
from ml_assets.reports.scoreboard import scoreboard_html
from ml_assets.reports.segmentation_card import segmentation_card
from ml_assets.reports.value_card import value_card
from ml_assets.segmentation.config import SegmentGateConfig
from ml_assets.segmentation.questions import SEGMENTATION_OLIST_CUSTOMERS
from tests.unit.cltv import made_evaluations as value
from tests.unit.reports.evaluations import FACTS, MEASURED, NEARLY_ALL_YES, QUESTION, UNMEASURED
from tests.unit.reports.scoreboards import ROWS
from tests.unit.reports.test_value_card import FACTS as VALUE_FACTS
from tests.unit.segmentation.made_records import STANDING, made_record

pytestmark = pytest.mark.slow

Light = Literal["light", "dark"]

WIDTHS = (1280, 390)
LIGHTS: tuple[Light, ...] = ("light", "dark")
PAGES: dict[str, Callable[[], str]] = {
    "card": lambda: model_card(QUESTION, MEASURED, FACTS),
    "card_without_figures": lambda: model_card(QUESTION, UNMEASURED, FACTS),
    "card_by_week": lambda: model_card(
        replace(QUESTION, period=Period.WEEK, is_no_of_interest=True), NEARLY_ALL_YES, FACTS
    ),
    "card_of_value": lambda: value_card(value.QUESTION, value.MEASURED, VALUE_FACTS),
    "card_of_value_without_figures": lambda: value_card(value.QUESTION, value.UNMEASURED, VALUE_FACTS),
    "card_of_segments": lambda: segmentation_card(
        SEGMENTATION_OLIST_CUSTOMERS, made_record().record, STANDING, SegmentGateConfig()
    ),
    "scoreboard": lambda: scoreboard_html(ROWS),
}
# What a browser tells of a drawing: words that stick out of it, and marks of an axis that touch the next one.
UNREADABLE = """
svg => {
  const frame = svg.getBoundingClientRect();
  const places = (selector) => [...svg.querySelectorAll(selector)].map(node => [node, node.getBoundingClientRect()]);
  const outside = places('text').filter(([, at]) =>
    at.left < frame.left - 1 || at.right > frame.right + 1 || at.bottom > frame.bottom + 1);
  const across = places('.tick.middle'), up = places('.tick.end'), [, title] = places('.axis')[1];
  const touching = [...across.slice(1).filter(([, at], i) => at.left < across[i][1].right + 2),
                    ...up.filter(([, at]) => at.left < title.right)];
  return [...outside, ...touching].map(([node]) => node.textContent);
}
"""
# Web Content Accessibility Guidelines 2.2, 1.4.3 for text and 1.4.11 for lines.
TEXT_CONTRAST, LINE_CONTRAST = 4.5, 3.0
CONTRASTS = """
() => {
  const shade = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const luminance = (colour) => {
    shade.fillStyle = colour; shade.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...shade.getImageData(0, 0, 1, 1).data].map(part => part / 255)
      .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return 'white';
  };
  const contrast = (node, colour) => {
    const [low, high] = [luminance(colour), luminance(behind(node))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = [...document.querySelectorAll('main *')].filter(
    node => !node.closest('svg') && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
  return {
    text: Math.min(...texts.map(node => contrast(node, getComputedStyle(node).color)),
                   ...[...document.querySelectorAll('svg text')].map(
                     node => contrast(node, getComputedStyle(node).fill))),
    line: Math.min(99, ...[...document.querySelectorAll('svg .line')].map(
      node => contrast(node, getComputedStyle(node).stroke))),
  };
}
"""


@cache
def page(name: str) -> str:
    """Return a page, made once for all windows."""
    return PAGES[name]()


@pytest.fixture(
    params=[(width, light) for width in WIDTHS for light in LIGHTS], ids=lambda each: f"{each[0]}_{each[1]}"
)
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page of a size and light, without network; any request but for the file itself fails the test."""
    width, light = request.param
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=900), color_scheme=light, offline=True, java_script_enabled=True
    )
    troubles: list[str] = []
    opened = context.new_page()
    opened.on("console", lambda message: troubles.append(message.text))
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("request", lambda asked: troubles.append(asked.url) if not is_of_the_page(asked.url) else None)
    yield opened
    context.close()
    assert troubles == []


def is_of_the_page(address: str) -> bool:
    return address.startswith("file:///") or address == "data:,"


def opened_as_file(window: Page, name: str, folder: Path) -> None:
    path = folder / f"{name}.html"
    write_text(path, page(name))
    window.goto(path.as_uri())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window_and_can_be_read(window: Page, name: str, tmp_path: Path) -> None:
    opened_as_file(window, name, tmp_path)
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    width = window.evaluate("() => innerWidth")
    assert window.evaluate("() => document.documentElement.scrollWidth") == width
    contrasts = window.evaluate(CONTRASTS)
    assert contrasts["text"] >= TEXT_CONTRAST
    assert contrasts["line"] >= LINE_CONTRAST


def test_a_wide_table_scrolls_in_its_box(window: Page, tmp_path: Path) -> None:
    opened_as_file(window, "card", tmp_path)
    for box in window.locator(".box:visible").all():
        edges = box.evaluate(
            "node => [node.getBoundingClientRect().right, innerWidth, getComputedStyle(node).overflowX]"
        )
        assert edges[0] <= edges[1]
        assert edges[2] == "auto"


@pytest.mark.parametrize(("name", "period"), [("card", "month"), ("card_by_week", "week")])
def test_drawings_are_seen_and_read_out(window: Page, name: str, period: str, tmp_path: Path) -> None:
    opened_as_file(window, name, tmp_path)
    for title in (
        "ROC curve",
        "Precision and recall",
        "Calibration",
        "Lift",
        f"AUC by {period}",
        f"Log-loss by {period}",
    ):
        picture = window.get_by_role("img", name=title)
        expect(picture).to_be_visible()
        assert picture.evaluate(UNREADABLE) == []


def test_the_numbers_behind_a_drawing_unfold(window: Page, tmp_path: Path) -> None:
    opened_as_file(window, "card", tmp_path)
    row = window.get_by_role("row", name="2018-05")
    expect(row).to_have_count(0)
    window.get_by_text("Numbers by month").click()
    expect(row).to_be_visible()
