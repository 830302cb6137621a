"""From a model's drift in Dagster's UI to the report on it: a click on the link in the asset's metadata opens it."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ml_assets.churn.questions import CHURN_RETAILROCKET_VISITORS
from ml_assets.keys import Watch, watch_asset_key
from ml_assets.monitoring.report.drift_page import OPEN_CHARTS
from tests.browser.conftest import Shot
from tests.browser.server import UiServer
from tests.browser.test_drift_page import ARE_DRAWN

pytestmark = pytest.mark.slow

MODEL = CHURN_RETAILROCKET_VISITORS.name
DRIFT = watch_asset_key(MODEL, Watch.DRIFT)
# The newest window of the small sample has some 350 visitors, too few for a verdict by default.
CONFIG = {"ops": {DRIFT.to_python_identifier(): {"config": {"drift": {"min_rows": 300}}}}}


@pytest.fixture(scope="module")
def drift_run(ui: UiServer) -> str:
    """Return a run of the drift asset in the UI; its links lead to the report site that runs beside the UI."""
    run_id = ui.materialise(*DRIFT.path, config=CONFIG)
    assert ui.finished_status(run_id) == "SUCCESS"
    return run_id


def test_the_link_in_the_metadata_of_a_drift_opens_its_report(
    page: Page, context: BrowserContext, ui: UiServer, drift_run: str, shot: Shot
) -> None:
    page.goto(f"/assets/{'/'.join(DRIFT.path)}")
    expect(page.locator(f"a[href*='{drift_run}']").first).to_be_visible()
    link = page.locator(f"a[href^='{ui.reports_url}/drift/{MODEL}/']").first
    expect(link).to_be_visible()
    expect(page.get_by_text("stable", exact=True)).to_be_visible()
    shot("asset")
    with context.expect_page() as opened:
        link.click()
    report = opened.value
    expect(report.get_by_role("heading", level=1)).to_have_text(f"{MODEL}: drift")
    expect(report.get_by_role("status")).to_contain_text("stable")
    # Those of the first columns, and that of the answer.
    report.wait_for_function(ARE_DRAWN, arg=OPEN_CHARTS + 1)
    shot("report")
    chart = report.locator(".js-plotly-plot").first
    chart.scroll_into_view_if_needed()
    expect(chart).to_be_in_viewport()
    shot("chart")
