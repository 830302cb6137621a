"""The command from a file to its page: what is judged, what is left out, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import report
from benchmarks.retailrocket_protocols.__main__ import main
from benchmarks.retailrocket_protocols.algorithms import ALGORITHMS
from benchmarks.retailrocket_protocols.measure import Measured, Overall, intervals, overall
from benchmarks.retailrocket_protocols.p2 import BOUNDARY
from benchmarks.retailrocket_protocols.page import table, verdict
from benchmarks.retailrocket_protocols.protocols import P1, P2

HOURS = 3_600_000
DAYS = 24 * HOURS


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a file with twenty visitors who look at items 1 and 2, on the first, the 26th and the last days."""
    lines = ["timestamp,visitorid,event,itemid,transactionid"]
    for visitor in range(20):
        for start in (BOUNDARY - 131 * DAYS, BOUNDARY - 105 * DAYS, BOUNDARY - 8 * DAYS, BOUNDARY):
            now = start + visitor * 1_000
            lines += [f"{now},{visitor},view,1,", f"{now + 5_000},{visitor},view,2,"]
    path = tmp_path / "events.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "results"
    monkeypatch.setattr(report, "RESULTS", folder)
    return folder


@pytest.mark.parametrize(
    ("protocol", "part"), [pytest.param("P1", "slice 0", id="P1"), pytest.param("P2", "last week", id="P2")]
)
def test_a_run_writes_figures_beside_the_published_ones(
    log: Path, results: Path, capsys: pytest.CaptureFixture[str], protocol: str, part: str
) -> None:
    assert main(["--events", str(log), "--protocol", protocol]) == 0
    shown = capsys.readouterr()
    content = json.loads((results / f"retailrocket_protocols_{protocol.lower()}.json").read_text())
    own = [each for each in content["figures"] if each.get("is_published") is False]
    assert [each["algorithm"] for each in own] == list(ALGORITHMS)
    hits = {"P1": "HR@20", "P2": "R@20"}[protocol]
    # After item 1 comes item 2, always; there are two items.
    assert [each[hits] for each in own] == [1.0] * len(own)
    sizes = [each for each in content["figures"] if each.get("split") == part]
    assert sizes[0]["pairs"] == 20
    assert f"{part}, STAN: {hits} 1.0000" in shown.err
    assert "160 events in events.csv" in shown.out
    assert "STAN, published" in shown.out or "GRU4Rec, README, published" in shown.out
    assert "no goal is judged" in shown.out


def test_a_slice_that_asks_nothing_is_named_and_left_out(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--events", str(log), "--protocol", "P1", "--slices", "1", "0", "--algorithm", "AR", "AR", "--print"])
    shown = capsys.readouterr()
    assert shown.err.count("slice 0, AR") == 1
    assert "slice 1 is left out" in shown.err
    assert "| slice 1 |" in shown.out


def test_validation_asks_the_week_before(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = log.read_text().splitlines()
    later = [f"{int(line.split(',', 1)[0]) + 2 * DAYS},{line.split(',', 1)[1]}" for line in lines[1:]]
    log.write_text("\n".join([*lines, *later]) + "\n")
    main(["--events", str(log), "--protocol", "P2", "--validation", "--algorithm", "SR", "--print"])
    shown = capsys.readouterr()
    assert "| week before the last |" in shown.out
    assert "published |" not in shown.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--protocol", "P2", "--slices", "0"], "--slices goes with P1 only", id="slices of P2"),
        pytest.param(["--protocol", "P1", "--validation"], "--validation goes with P2 only", id="validation of P1"),
        pytest.param(["--protocol", "P1", "--slices", "5"], "invalid choice: 5", id="sixth slice"),
        pytest.param(["--protocol", "P3"], "invalid choice: 'P3'", id="unknown protocol"),
        pytest.param(["--protocol", "P1", "--slices", "2"], "No split asks anything", id="nothing to ask"),
    ],
)
def test_what_cannot_be_done_is_said(
    log: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--events", str(log), *arguments])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_a_bad_file_is_an_error_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--events", str(tmp_path / "none.csv"), "--protocol", "P1"])
    assert "there is no file" in capsys.readouterr().err


def part(ranks: list[float], sessions: list[int], hit_rate: float) -> Measured:
    figures = {"HR@20": hit_rate, "MRR@20": hit_rate / 2}
    return Measured("STAN", "slice", figures, np.array(ranks), np.array(sessions), fit_seconds=2.0, ask_seconds=0.5)


def test_slices_weigh_the_same_however_many_pairs_they_have() -> None:
    whole = overall(P1, [part([1, 2, np.inf, np.inf], [0, 0, 1, 2], 0.5), part([1], [0], 1.0)])
    assert whole.figures == {"HR@20": 0.75, "MRR@20": 0.375}
    assert (whole.pairs, whole.fit_seconds, whole.ask_ms) == (5, 2.0, 200.0)
    hits = whole.intervals["HR@20"]
    assert hits.value == pytest.approx(0.75)
    assert whole.intervals["MRR@20"].value == pytest.approx((1.5 / 4 + 1) / 2)


def test_intervals_draw_sessions_with_all_their_pairs() -> None:
    generator = np.random.default_rng(3)
    is_hit = np.repeat(generator.random(400) < 0.5, 5)
    ranks = np.where(is_hit, 1.0, np.inf)
    clustered = intervals([part(ranks.tolist(), np.repeat(np.arange(400), 5).tolist(), 0.5)], "HR")["HR@20"]
    apart = intervals([part(ranks.tolist(), list(range(2_000)), 0.5)], "HR")["HR@20"]
    assert clustered.low is not None and clustered.high is not None
    assert apart.low is not None and apart.high is not None
    share = float(is_hit.mean())
    width = 2 * 1.96 * np.sqrt(share * (1 - share) / 400)
    assert clustered.high - clustered.low == pytest.approx(width, rel=0.15)
    assert apart.high - apart.low == pytest.approx(width / np.sqrt(5), rel=0.15)


def row(algorithm: str, hit_rate: float, reciprocal_rank: float) -> Overall:
    figures = {"HR@20": hit_rate, "MRR@20": reciprocal_rank}
    return Overall(algorithm, figures, {}, pairs=10, fit_seconds=1.0, ask_ms=1.0)


def test_goals_are_judged_on_the_complete_file_alone() -> None:
    rows = [row("near", 0.6225, 0.4), row("there", 0.6226, 0.3638)]
    assert verdict(P1, rows).endswith("Reached by: there.")
    assert verdict(P1, rows[:1]).endswith("Reached by: none.")
    assert "Reached by: there" in table(P1, rows, [], "all", is_complete=True)
    assert "Reached by" not in table(P1, rows, [], "some", is_complete=False)


@pytest.mark.parametrize("protocol", [P1, P2], ids=lambda protocol: protocol.name)
def test_each_goal_is_the_best_published_figure(protocol: object) -> None:
    assert protocol in (P1, P2)
    chosen = P1 if protocol is P1 else P2
    for name, goal in chosen.goals.items():
        assert goal == max(figures[name] for figures in chosen.published.values() if name in figures)
