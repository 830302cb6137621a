"""What the browser shows: groups, descriptions, counts, checks, automation, and runs that a click starts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph
from playwright.sync_api import Page, expect

from ecom_assets.automation import automation_line, start_note, switched_by_hand
from ecom_assets.build import build_defs
from ecom_assets.commands.ui import opening_lines
from ecom_assets.instance import opened_instance
from ecom_assets.schedules import DAILY, NIGHTLY, WEEKLY
from ecom_assets.sensors.landing_folder import LANDING_FOLDER_SENSOR
from ecom_assets.sensors.retraining import RETRAINING_SENSOR
from ecom_assets.sensors.run_failure import FAILED_CHECK_SENSOR, RUN_FAILURE_SENSOR
from ml_assets.keys import Step, model_asset_key
from ml_assets.late_delivery.questions import LATE_DELIVERY_HANDOVER
from tests.browser.conftest import Shot, expect_check
from tests.browser.server import RUN_SECONDS, UiServer

pytestmark = pytest.mark.slow

CHECK_STATES = {True: "Succeeded", False: "Failed"}
ASSET = "/assets/raw_retailrocket/category_tree"
KEY_CHECK = "source_unique_raw_retailrocket_category_tree__categoryid_"
RUN_MILLISECONDS = RUN_SECONDS * 1000
_AUTOMATION = (
    NIGHTLY,
    DAILY,
    WEEKLY,
    LANDING_FOLDER_SENSOR,
    RETRAINING_SENSOR,
    RUN_FAILURE_SENSOR,
    FAILED_CHECK_SENSOR,
)


@pytest.fixture(scope="module")
def graph(ui: UiServer) -> AssetGraph:
    """Return the asset graph as the code defines it."""
    with patch.dict(os.environ, ui.home.environment(), clear=True):
        return build_defs(settings=ui.home.settings()).resolve_asset_graph()


def groups_of(graph: AssetGraph) -> Mapping[str, list[dg.AssetKey]]:
    """Return the groups that the code defines, each with its assets."""
    groups: dict[str, list[dg.AssetKey]] = {}
    for key in sorted(graph.materializable_asset_keys):
        groups.setdefault(graph.get(key).group_name, []).append(key)
    return groups


def test_the_lineage_shows_every_group_of_the_code(page: Page, graph: AssetGraph, shot: Shot) -> None:
    page.goto("/asset-groups")
    names = sorted(groups_of(graph))
    assert len(names) > 1
    for name in names:
        expect(page.get_by_text(name, exact=True).first).to_be_visible()
    shot("groups")


def test_each_group_lists_its_assets_with_a_description(page: Page, graph: AssetGraph, shot: Shot) -> None:
    undescribed = [key.to_user_string() for key in graph.materializable_asset_keys if not graph.get(key).description]
    assert undescribed == []
    # Lists show only the rows that fit.
    page.set_viewport_size({"width": 1600, "height": 8000})
    for group, keys in groups_of(graph).items():
        page.goto(f"/locations/ecommerce/asset-groups/{group}/list")
        for key in keys:
            expect(page.locator(f"a[href$='/assets/{'/'.join(key.path)}']").first).to_be_visible()
    shot("last_group")


@pytest.mark.parametrize("path", [("raw_olist", "orders"), ("marts", "fct_orders")])
def test_an_asset_shows_what_it_is_and_what_it_holds(
    page: Page, ui: UiServer, graph: AssetGraph, shot: Shot, path: tuple[str, str]
) -> None:
    node = graph.get(dg.AssetKey(path))
    page.goto(f"/assets/{'/'.join(path)}")
    sentence = (node.description or "").split(". ")[0]
    assert sentence
    expect(page.get_by_text(sentence).first).to_be_visible()
    expect(page.get_by_text(node.group_name, exact=True).first).to_be_visible()
    for owner in node.owners:
        expect(page.get_by_text(owner.removeprefix("team:"), exact=True).first).to_be_visible()
    schema, table = path
    columns = ui.home.query(
        f"select column_name from information_schema.columns where (table_schema, table_name) = ('{schema}', '{table}')"
    )
    shown = [str(name) for (name,) in columns if not str(name).startswith("_")]
    assert shown
    for name in shown:
        expect(page.get_by_role("table").get_by_text(name, exact=True).first).to_be_visible()
    rows = ui.home.count(".".join(path))
    expect(page.get_by_text(re.compile(rf"^Row count\s*{rows:,}$")).first).to_be_visible()
    shot("_".join(path))


def test_an_asset_shows_its_checks_with_their_state_and_what_they_ask_for(
    page: Page, ui: UiServer, graph: AssetGraph, shot: Shot
) -> None:
    key = dg.AssetKey(["marts", "fct_orders"])
    checks = [graph.get(check) for check in graph.get(key).check_keys]
    assert len(checks) > 1
    with opened_instance(ui.home.settings()) as instance:
        records = instance.event_log_storage.get_latest_asset_check_execution_by_key([each.key for each in checks])
    states = {check: records[check.key].evaluation for check in checks}
    page.goto("/assets/marts/fct_orders?view=checks")
    for check, evaluation in states.items():
        assert evaluation is not None
        expect_check(page, check.key.name, CHECK_STATES[evaluation.passed])
    shot("list")
    # One of each kind: a data test with and without words of its own, and a unit test.
    for name in ("unique_fct_orders_order_id", "olist_orders_in_equal_orders_out", "unit_test__lateness_goes_by_date"):
        [check] = [check for check in checks if check.key.name == name]
        assert check.description
        page.goto(f"/assets/marts/fct_orders?view=checks&checkDetail={name}")
        expect(page.get_by_text(check.description, exact=True).first).to_be_visible()
    shot("last_check")


def test_a_promotion_links_to_its_card_and_the_report_site_has_it(page: Page, ui: UiServer, shot: Shot) -> None:
    name = LATE_DELIVERY_HANDOVER.name
    card = f"/models/{name}.html"
    page.goto(f"/assets/{'/'.join(model_asset_key(name, Step.PROMOTION).path)}")
    expect(page.locator(f"a[href='{ui.home.settings().reports_url}{card}']").first).to_be_visible()
    shot("asset")
    page.goto(f"{ui.reports_url}{card}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    shot("card")


def test_the_automation_page_and_the_terminal_say_that_automation_is_off(page: Page, ui: UiServer, shot: Shot) -> None:
    assert f"{automation_line(is_on=False)}\n" in ui.output
    page.goto("/automation")
    for name in _AUTOMATION:
        expect(page.get_by_text(name, exact=True)).to_be_visible()
    switches = page.locator("label[class*=formatSwitch] input")
    expect(switches).to_have_count(len(_AUTOMATION))
    for switch in switches.all():
        expect(switch).not_to_be_checked()
    page.locator("[aria-label=info]").first.hover()
    expect(page.get_by_text(start_note(is_on=False)).first).to_be_visible()
    shot("automation_off")


def test_a_switch_set_in_the_ui_is_named_at_the_next_start(page: Page, ui: UiServer, shot: Shot) -> None:
    settings = ui.home.settings()
    sensor = f"/locations/ecommerce/sensors/{LANDING_FOLDER_SENSOR}"
    switch = page.locator("label[class*=formatSwitch]").first
    page.goto(sensor)
    switch.click()
    expect(switch.locator("input")).to_be_checked()
    try:
        shot("switched_on")
        assert opening_lines(settings)[-1] == f"switched in the UI, and running: {LANDING_FOLDER_SENSOR}"
    finally:
        switch.click()
    expect(switch.locator("input")).not_to_be_checked()
    with opened_instance(settings) as instance:
        assert switched_by_hand(instance, is_on=False) == []
        assert switched_by_hand(instance, is_on=True) == [LANDING_FOLDER_SENSOR]


@pytest.fixture
def category_tree(ui: UiServer) -> Iterator[Path]:
    """Return the landed file of categories, which stands as it was when the test is over."""
    path = ui.home.raw_dir / "retailrocket" / "category_tree.csv"
    content = path.read_bytes()
    yield path
    path.write_bytes(content)


def click_materialise(page: Page) -> None:
    """Launch the asset by its button and go to the run by the link that the UI offers."""
    page.goto(ASSET)
    page.get_by_role("button", name="Materialize").first.click()
    expect(page.get_by_text("Launched run")).to_be_visible()
    page.get_by_role("button", name="View").or_(page.get_by_role("link", name="View")).first.click()
    page.wait_for_url("**/runs/*")


def test_a_click_materialises_an_asset_and_its_checks_pass(
    page: Page, ui: UiServer, category_tree: Path, shot: Shot
) -> None:
    lines = category_tree.read_text().splitlines(keepends=True)
    category_tree.write_text("".join(lines[:-1]))
    click_materialise(page)
    expect(page.get_by_text("Success", exact=True).first).to_be_visible(timeout=RUN_MILLISECONDS)
    shot("run")
    rows = len(lines) - 2
    assert ui.home.count("raw_retailrocket.category_tree") == rows
    page.goto(ASSET)
    expect(page.get_by_text(f"{rows:,}", exact=True).first).to_be_visible()
    page.goto(f"{ASSET}?view=checks&checkDetail={KEY_CHECK}")
    expect_check(page, KEY_CHECK, "Succeeded")
    shot("check")


def test_bad_data_shows_as_a_failed_check_with_its_rows(
    page: Page, ui: UiServer, category_tree: Path, shot: Shot
) -> None:
    lines = category_tree.read_text().splitlines(keepends=True)
    # One category twice, with another parent.
    category_tree.write_text("".join([*lines, f"{lines[1].split(',')[0]},1\n"]))
    click_materialise(page)
    run_id = page.url.split("/runs/")[1].split("?")[0]
    assert ui.finished_status(run_id) == "FAILURE"
    expect(page.get_by_text("Failure", exact=True).first).to_be_visible()
    shot("run")
    page.goto(f"{ASSET}?view=checks&checkDetail={KEY_CHECK}")
    expect_check(page, KEY_CHECK, "Failed")
    row = page.get_by_role("row").filter(has_text="dagster_dbt/failed_row_count")
    expect(row.first).to_contain_text(re.compile(r"failed_row_count\s*1$"))
    shot("check")
