"""The page of raw data: every table with its verdict, the gravest on top, charts as the gate found them."""

from __future__ import annotations

from datetime import date

import pytest

from ml_assets.monitoring.report.quality_page import QualityFacts, RawTable, quality_page
from ml_assets.monitoring.report.record import QualityRecord, ReportKind
from ml_assets.monitoring.verdict import Verdict
from tests.unit.monitoring.report.made_reports import (
    AS_OF,
    HOSTILE,
    column,
    quality_report_of_windows,
    verdict,
    verdict_of,
    windows,
)
from tests.unit.reports.test_card import Reader

FACTS = QualityFacts(source="olist", as_of=AS_OF, made_at="now", git_commit="abc")


def test_each_table_stands_on_the_page_with_its_figures() -> None:
    report = quality_report_of_windows()
    text = Reader(report.page).text
    for words in ("olist: raw data", "orders", verdict().words, "Data summary", "1,500", "1 column not judged"):
        assert words in text
    assert HOSTILE not in report.page
    record = QualityRecord.model_validate_json(report.data)
    assert (record.kind, record.subject, record.as_of) == (ReportKind.QUALITY, "olist", AS_OF)
    assert record.tables == {"orders": verdict()}
    assert {name: said.is_drifted for name, said in record.evidently["orders"].items()} == {
        "price": True,
        "state": False,
        "freight": False,
        "score": False,
    }


def test_the_gravest_verdict_of_the_tables_is_that_of_the_source() -> None:
    reference, current = windows()
    calm = verdict_of(Verdict.STABLE, column("price"), words="Nothing shifted.", current_first=date(2018, 7, 1))
    moved = verdict_of(Verdict.UNIMPORTANT, column("price"), words="Prices shifted.")
    few = verdict_of(Verdict.INSUFFICIENT, words="Too few.")
    tables = [
        RawTable(name, reference, current, each)
        for name, each in (("orders", calm), ("items", moved), ("reviews", few), ("sellers", moved))
    ]
    record = QualityRecord.model_validate_json(quality_page(tables, FACTS).data)
    assert record.verdict is Verdict.UNIMPORTANT
    assert record.words == "items: Prices shifted. sellers: Prices shifted."
    assert (record.first, record.last) == (date(2018, 7, 1), AS_OF)


def test_a_source_without_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="a report of olist needs at least one table"):
        quality_page([], FACTS)
