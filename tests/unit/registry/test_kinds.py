"""Which code reads a folder: one kind, told by a file of it, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml_assets.registry.kinds import KINDS, Kind, UnreadableModelError, kind_of
from tests.unit.registry.builders import FEATURES, classifier


def test_the_kind_of_a_saved_classifier_reads_it(model_folder: Path) -> None:
    loaded = kind_of(model_folder).load(model_folder)
    assert loaded.served(FEATURES).equals(classifier().served(FEATURES))


def test_a_folder_of_no_kind_or_of_two_is_read_by_none(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableModelError, match="holds 0 of the files"):
        kind_of(model_folder.parent)
    monkeypatch.setitem(KINDS, "other.json", Kind("other.json", "json", "JSONDecoder"))
    kind_of(model_folder)
    (model_folder / "other.json").write_text("{}")
    with pytest.raises(UnreadableModelError, match="holds 2 of the files"):
        kind_of(model_folder)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_has_code_that_loads_and_answers(kind: Kind) -> None:
    found = getattr(__import__(kind.module, fromlist=[kind.name]), kind.name)
    assert callable(found.load)
    assert callable(found.served)
