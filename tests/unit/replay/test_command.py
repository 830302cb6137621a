"""``make replay`` in a shell: what may be asked for, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_assets.commands.replay import argument_parser, main
from ecom_assets.replay.enact import UnknownModelError, replayed_families
from ml_assets.replay.policies import Policy


@pytest.fixture
def _a_home(tmp_path: Path, sample_raw_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ECOM_HOME": str(tmp_path / "home"), "ECOM_RAW_DIR": str(sample_raw_dir)}.items():
        monkeypatch.setenv(name, value)


def test_by_default_all_policies_are_compared_and_nothing_is_known_of_the_world() -> None:
    options = argument_parser().parse_args([])
    assert options.policies == tuple(Policy)
    assert (options.models, options.since, options.until, options.every, options.out) == ((), None, None, 1, None)
    assert (options.shift_from, options.steady) == (None, False)


def test_policies_stand_in_their_order_with_never_among_them() -> None:
    options = argument_parser().parse_args(["--policies", "both, always"])
    assert options.policies == (Policy.NEVER, Policy.ALWAYS, Policy.BOTH)


def test_days_numbers_and_names_are_read() -> None:
    words = [
        "--from",
        "2018-01-31",
        "--until",
        "2018-05-31",
        "--every",
        "2",
        "--models",
        "a,b",
        "--shift-from",
        "2018-03-01",
    ]
    options = argument_parser().parse_args(words)
    assert (options.since, options.until, options.every) == (date(2018, 1, 31), date(2018, 5, 31), 2)
    assert (options.models, options.shift_from) == (("a", "b"), date(2018, 3, 1))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--policies sometimes", "'sometimes' names no policies; use some of never, always, drift, performance, both"),
        ("--policies ,", "',' names no policies"),
        ("--from yesterday", "'yesterday' is not a day like 2018-03-31"),
        ("--every 0", "'0' is not a number from 1 on"),
        ("--every -1", "'-1' is not a number from 1 on"),
        ("--every two", "'two' is not a number from 1 on"),
        ("--steady --shift-from 2018-03-01", "not allowed with argument --steady"),
    ],
)
def test_what_cannot_be_read_is_refused(words: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        argument_parser().parse_args(words.split())
    assert message in capsys.readouterr().err


@pytest.mark.usefixtures("_a_home")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--models cltv_olist_sellers", "cltv_olist_sellers cannot be replayed with ECOM_SOURCES=olist,retailrocket"),
        ("--from 2018-09-30 --models churn_olist_sellers", "a replay takes two days or more, and there are 1"),
        ("--out {home}", "is the platform's own home, which no replay writes"),
        ("--out {home}/..", "holds something that is no replay"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    words: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "something").touch()
    assert main(words.format(home=tmp_path / "home").split()) == 2
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["something"]


@pytest.mark.usefixtures("_a_home")
def test_settings_that_cannot_be_used_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ECOM_SOURCES", "amazon")
    assert main([]) == 2
    assert "ECOM_SOURCES='amazon' names ['amazon']" in capsys.readouterr().err


def test_models_are_replayed_in_their_order_without_what_stands_beside_the_probability() -> None:
    families = replayed_families(["olist"], ["late_delivery_handover", "churn_olist_sellers"])
    assert [(each.name, each.extras) for each in families] == [
        ("churn_olist_sellers", None),
        ("late_delivery_handover", None),
    ]
    assert len(replayed_families(["olist", "retailrocket"], [])) == 5


def test_models_of_a_source_that_is_not_in_use_are_unknown() -> None:
    with pytest.raises(UnknownModelError, match="use some of churn_retailrocket_visitors"):
        replayed_families(["retailrocket"], ["churn_olist_sellers"])
