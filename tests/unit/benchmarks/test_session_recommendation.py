"""The benchmark of sessions: files, hold-out, figures of made-up sessions."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.session_recommendation import __main__ as command
from benchmarks.session_recommendation.figures import figures
from benchmarks.session_recommendation.files import SplitFileError, read_pairs, read_sessions
from benchmarks.session_recommendation.measure import held_out, measured, repeats
from benchmarks.session_recommendation.ways import CANDIDATES, POPULARITY, S_KNN, TWO_STAGES
from ml_assets.recommender.sessions import NextItems, Sessions
from tests.unit.recommender.made_sessions import made_sessions, small_config


def written(path: Path, *lines: str) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as opened:
        opened.writelines(f"{line}\n" for line in lines)
    return path


def test_sessions_and_pairs_are_read(tmp_path: Path) -> None:
    sessions = read_sessions(written(tmp_path / "train", "[3, 4, 3]", "[5]"))
    assert [sessions[row].tolist() for row in range(2)] == [[3, 4, 3], [5]]
    pairs = read_pairs(written(tmp_path / "test", '{"prefix": [3, 4], "target": 3}', '{"prefix": [5], "target": 6}'))
    assert pairs.prefixes[0].tolist() == [3, 4]
    assert pairs.targets.tolist() == [3, 6]


@pytest.mark.parametrize("backwards", [False, True], ids=["growing", "shrinking"])
def test_pairs_of_a_session_belong_together_in_either_order(tmp_path: Path, backwards: bool) -> None:
    first = ['{"prefix": [1], "target": 2}', '{"prefix": [1, 2], "target": 3}', '{"prefix": [1, 2, 3], "target": 1}']
    second = ['{"prefix": [2], "target": 3}', '{"prefix": [2, 3], "target": 4}']
    lines = [*reversed(first), *reversed(second)] if backwards else [*first, *second]
    assert read_pairs(written(tmp_path / "test", *lines)).session.tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[3, 4", "line 2: not JSON"),
        ("[]", "line 2: a session is a JSON list of at least one item"),
        ("[3, true]", "line 2: a session"),
        ("[3, 4.5]", "line 2: a session"),
        ("[-1]", "line 2: a session"),
        ("[99999999999]", "line 2: a session"),
        ('{"prefix": [1], "target": 2}', "line 2: a session"),
        ("", "line 2: not JSON"),
    ],
    ids=["broken", "empty", "truth value", "fraction", "negative", "too large", "a pair", "blank"],
)
def test_a_bad_line_of_sessions_is_named(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(SplitFileError, match=told):
        read_sessions(written(tmp_path / "train", "[1, 2]", line))


@pytest.mark.parametrize(
    "line",
    ["[1, 2]", '{"prefix": [], "target": 1}', '{"prefix": [1]}', '{"target": 1}', '{"prefix": [1], "target": [2]}'],
    ids=["a session", "no prefix", "no target", "only a target", "targets"],
)
def test_a_bad_line_of_pairs_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(SplitFileError, match="line 1: a pair is a JSON object"):
        read_pairs(written(tmp_path / "test", line))


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(SplitFileError, match="there is no such file"):
        read_sessions(tmp_path / "missing")
    with pytest.raises(SplitFileError, match="has no line"):
        read_sessions(written(tmp_path / "empty"))
    (tmp_path / "plain").write_text("[1, 2]\n", encoding="utf-8")
    with pytest.raises(SplitFileError, match="not a whole gzip file"):
        read_sessions(tmp_path / "plain")
    whole = written(tmp_path / "whole", *["[1, 2, 3]"] * 5000).read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SplitFileError, match="not a whole gzip file"):
        read_sessions(tmp_path / "cut")


def test_the_newest_sessions_are_held_out_without_items_that_are_new() -> None:
    older, pairs = held_out(Sessions.of_lists([[1, 2], [3, 1], [2, 9, 3], [9, 1]]), 2)
    assert len(older) == 2
    assert [pairs.prefixes[row].tolist() for row in range(len(pairs))] == [[2]]
    assert pairs.targets.tolist() == [3]


@pytest.mark.parametrize("newest", [0, 3, 4], ids=str)
def test_a_hold_out_of_nothing_or_everything_is_refused(newest: int) -> None:
    with pytest.raises(ValueError, match="can be held out"):
        held_out(Sessions.of_lists([[1, 2]] * 3), newest)


def test_a_hold_out_without_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match="hold out more"):
        held_out(Sessions.of_lists([[1, 2], [8, 9]]), 1)


def test_a_repeat_is_a_target_that_the_prefix_has() -> None:
    pairs = NextItems.of(Sessions.of_lists([[1, 2, 1, 1], [2, 3]]))
    assert repeats(pairs).tolist() == [False, True, True, False]


def test_planted_families_are_found_by_all_but_popularity() -> None:
    older, pairs = held_out(made_sessions(300, families=8, seed=3), 40)
    found = measured(older, pairs, small_config())
    assert (found.n_sessions, found.n_items, found.n_pairs) == (260, 48, len(pairs))
    hit_rates = {name: quality.hit_rate.value or 0.0 for name, quality in found.quality.items()}
    assert 0 < hit_rates[POPULARITY] < 80
    assert min(hit_rates[name] for name in (S_KNN, CANDIDATES, TWO_STAGES)) > 95
    assert found.candidate_recall[200] >= found.candidate_recall[20]
    told = figures(found)
    assert told["hr@20"] == hit_rates[TWO_STAGES]
    json.dumps(told, allow_nan=False)


def test_the_command_writes_the_figures_of_a_test_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SessionConfig", small_config)
    older, pairs = held_out(made_sessions(200, families=8, seed=3), 20)
    train = written(tmp_path / "train", *(json.dumps(older[row].tolist()) for row in range(len(older))))
    asked = [
        json.dumps({"prefix": pairs.prefixes[row].tolist(), "target": int(pairs.targets[row])})
        for row in range(len(pairs))
    ]
    out = tmp_path / "metrics.json"
    test = written(tmp_path / "test", *asked)
    assert command.main(["--train", str(train), "--test", str(test), "--out", str(out)]) == 0
    told = json.loads(out.read_text(encoding="utf-8"))
    assert set(told) >= {"hr@20", "mrr@20", "fit_seconds", "p50_ms", "p90_ms", "p99_ms", "peak_mib"}
    assert told["pairs"] == len(pairs)
    assert 0 < told["mrr@20"] < told["hr@20"] <= 100
    assert "| two stages |" in capsys.readouterr().out


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = written(tmp_path / "train", "[1, 2]", "nothing")
    assert command.main(["--train", str(train)]) == 2
    assert "line 2: not JSON" in capsys.readouterr().err
