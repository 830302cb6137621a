"""Files between the steps of a model: whole or not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ml_assets.files import ModelFiles, write_frame, write_text, write_whole


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles:
    return ModelFiles(tmp_path / "models", tmp_path / "reports", "http://host:3000/reports/", "abc")


class _KilledError(BaseException):
    """Ends a process where it stands, as far as a test can."""


def test_a_writer_that_dies_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "below" / "facts.json"
    write_text(path, "é1")

    def half(unfinished: Path) -> None:
        unfinished.write_text("ha")
        raise _KilledError

    with pytest.raises(_KilledError):
        write_whole(path, half)
    assert path.read_text(encoding="utf-8") == "é1"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_is_replaced_whole_with_no_file_of_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "below" / "candidates"

    def writer(*names: str, dies: bool = False) -> object:
        def write(unfinished: Path) -> None:
            unfinished.mkdir(parents=True)
            for name in names:
                (unfinished / name).write_text(name)
            if dies:
                raise _KilledError

        return write

    def names() -> list[str]:
        return sorted(path.name for path in folder.iterdir())

    ModelFiles.replace_folder(folder, writer("a", "b"))  # type: ignore[arg-type]
    assert names() == ["a", "b"]
    with pytest.raises(_KilledError):
        ModelFiles.replace_folder(folder, writer("c", dies=True))  # type: ignore[arg-type]
    assert names() == ["a", "b"]
    ModelFiles.replace_folder(folder, writer("c"))  # type: ignore[arg-type]
    assert names() == ["c"]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_frame_comes_back_as_it_was_without_its_index(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["a", None], "moment": pd.to_datetime(["2018-01-01", "NaT"])}, index=[7, 3])
    write_frame(tmp_path / "rows.parquet", frame)
    found = pd.read_parquet(tmp_path / "rows.parquet")
    pd.testing.assert_frame_equal(found, frame.reset_index(drop=True), check_dtype=False)


def test_each_file_of_each_model_has_a_place_of_its_own(files: ModelFiles) -> None:
    places = [
        place(model)
        for model in ("a", "b")
        for place in (
            files.training_set,
            files.training_set_facts,
            files.training_facts,
            files.candidates,
            files.evaluation,
            files.model_card,
        )
    ]
    assert len({*places, files.scoreboard, files.index}) == len(places) + 2


def test_a_page_is_reached_below_the_address_of_the_reports(files: ModelFiles) -> None:
    assert files.url(files.model_card("m")) == "http://host:3000/reports/models/m.html"
    with pytest.raises(ValueError, match="not in the subpath"):
        files.url(files.evaluation("m"))


def test_reports_on_windows_lie_by_model_or_source_and_day(files: ModelFiles, tmp_path: Path) -> None:
    day = date(2018, 8, 31)
    assert files.drift_report("churn", day) == tmp_path / "reports" / "drift" / "churn" / "2018-08-31.html"
    assert files.quality_report("olist", day) == tmp_path / "reports" / "drift" / "olist_quality" / "2018-08-31.html"
    assert files.url(files.drift_report("churn", day)) == "http://host:3000/reports/drift/churn/2018-08-31.html"
