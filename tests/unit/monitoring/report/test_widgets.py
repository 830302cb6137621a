"""Widgets inside a page: templates once, names numbered, digits that can be seen, nothing that ends its element."""

from __future__ import annotations

import json
import math

from ml_assets.monitoring.report.widgets import embedded


def test_a_template_is_written_once_and_named_by_its_place() -> None:
    figures = [{"layout": {"template": {"colour": colour}}} for colour in ("red", "blue", "red")]
    data = json.loads(embedded({"a": figures[:2], "b": figures[2:]}))
    assert data["templates"] == [{"colour": "red"}, {"colour": "blue"}]
    assert [each["layout"]["template"] for each in (*data["sections"]["a"], *data["sections"]["b"])] == [0, 1, 0]


def test_names_by_lot_are_numbered_alike_at_every_run() -> None:
    def page(first: str, second: str) -> str:
        return embedded({"a": [{"id": first, "tabs": [{"id": second}, {"id": first}]}]})

    assert page("x7", "k2") == page("p1", "q9")
    assert json.loads(page("x7", "k2"))["sections"]["a"] == [{"id": "w1", "tabs": [{"id": "w2"}, {"id": "w1"}]}]


def test_numbers_keep_the_digits_that_can_be_seen() -> None:
    values = [0.123456, 123456.0, 7, 1234.5678, math.nan, -math.inf, True, None]
    data = json.loads(embedded({"a": [{"y": values, "linked_metrics": ["m"], "source_fingerprint": "f"}]}))
    assert data["sections"]["a"] == [{"y": [0.1235, 123456.0, 7, 1235.0, None, None, True, None]}]


def test_no_value_ends_the_element_that_it_stands_in() -> None:
    text = embedded({"a": [{"title": "</script><b>&amp;"}]})
    assert not set("<>&") & set(text)
    assert json.loads(text)["sections"]["a"] == [{"title": "</script><b>&amp;"}]
