"""The home of a replay: which folder may be one, and what lies in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_assets.replay.home import Plan, ReplayHome, ReplayHomeError, opened_home
from ml_assets.registry.names import CHAMPION
from ml_assets.replay.policies import Policy
from tests.unit.registry.builders import registered, saved
from tests.unit.replay.made_records import MODEL, a_day

PLAN = Plan(files="f", code="c", days={"olist": (date(2018, 1, 31), date(2018, 2, 28))})
OTHERS = [
    Plan(files="g", code=PLAN.code, days=PLAN.days),
    Plan(files=PLAN.files, code="d", days=PLAN.days),
    Plan(files=PLAN.files, code=PLAN.code, days={}),
]


def opened(folder: Path, plan: Plan = PLAN) -> ReplayHome:
    return opened_home(folder, folder.parent / "platform", plan, "abc")


def test_a_new_folder_becomes_a_home_and_the_same_replay_goes_on_in_it(tmp_path: Path) -> None:
    home = opened(tmp_path / "new" / "folder")
    home.record(a_day(date(2018, 1, 31)))
    assert opened(home.folder).records(Policy.DRIFT, MODEL) == [a_day(date(2018, 1, 31))]


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert opened(tmp_path / "empty").folder == tmp_path / "empty"


@pytest.mark.parametrize("other", OTHERS)
def test_another_replay_does_not_go_on_in_it(tmp_path: Path, other: Plan) -> None:
    opened(tmp_path / "home")
    with pytest.raises(ReplayHomeError, match="holds a replay of other files, days or code: name another folder"):
        opened(tmp_path / "home", other)
    assert opened(tmp_path / "home").folder == tmp_path / "home"


def test_a_plan_that_cannot_be_read_is_another_one(tmp_path: Path) -> None:
    home = opened(tmp_path / "home")
    (home.folder / "replay_plan.json").write_text("{}")
    with pytest.raises(ReplayHomeError, match="holds a replay of other files"):
        opened(tmp_path / "home")


def test_the_platforms_own_home_is_refused_even_while_it_is_empty(tmp_path: Path) -> None:
    with pytest.raises(ReplayHomeError, match="is the platform's own home, which no replay writes"):
        opened_home(tmp_path, tmp_path, PLAN, "abc")
    assert not any(tmp_path.iterdir())


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("champions")
    with pytest.raises(ReplayHomeError, match="holds something that is no replay: name a new or empty folder"):
        opened(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]


def test_days_come_back_in_their_order_each_once(tmp_path: Path) -> None:
    home = opened(tmp_path / "home")
    days = [date(2018, 10, 31), date(2017, 12, 31), date(2018, 1, 31)]
    for day in days:
        home.record(a_day(day))
    home.record(a_day(days[0], reasons=("again",)))
    found = home.records(Policy.DRIFT, MODEL)
    assert [each.day for each in found] == sorted(days)
    assert found[-1].reasons == ("again",)
    assert home.records(Policy.BOTH, MODEL) == []


def test_a_place_begins_empty_unless_a_day_of_it_was_recorded(tmp_path: Path) -> None:
    home = opened(tmp_path / "home")
    left = home.place(Policy.DRIFT, MODEL).files.work_dir / "left_behind"
    left.mkdir(parents=True)
    # Broken off before the first day was through: nothing of it counts.
    place = home.place(Policy.DRIFT, MODEL)
    assert not left.exists()
    assert place.registry.names() == ()
    left.mkdir(parents=True)
    home.record(a_day(date(2018, 1, 31)))
    home.place(Policy.DRIFT, MODEL)
    assert left.exists()


def test_no_two_policies_or_models_share_a_registry(tmp_path: Path) -> None:
    home = opened(tmp_path / "home")
    turns = [(policy, model) for policy in Policy for model in (MODEL, "other_things")]
    stores = {home.place(*turn).registry.tracking_uri for turn in turns}
    assert len(stores) == len(turns)
    assert all(str(home.folder) in store for store in stores)


def test_a_policy_may_begin_with_what_another_one_has_after_its_first_day(tmp_path: Path) -> None:
    home = opened(tmp_path / "home")
    place = home.place(Policy.NEVER, MODEL)
    registered(place.registry, saved(tmp_path / "model"), "f1")
    first = a_day(date(2018, 1, 31), Policy.NEVER)
    home.record(first)
    other = home.place(Policy.DRIFT, MODEL)
    done = home.begun_alike(Policy.DRIFT, first)
    assert done == a_day(date(2018, 1, 31), Policy.DRIFT)
    # What is not recorded never happened.
    assert home.records(Policy.DRIFT, MODEL) == []
    [version] = other.registry.versions(MODEL)
    assert version.tags["fingerprint"] == "f1"
    other.registry.set_alias(version, CHAMPION)
    assert other.registry.load(version) is not None
    assert place.registry.aliased(MODEL, CHAMPION) is None
