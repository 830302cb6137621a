"""The block of the README: where it goes, and what counts as a change."""

from __future__ import annotations

import pytest

from ml_assets.reports.readme import BEGIN, END, outdated_lines, with_block

README = f"# Title\n\n{BEGIN}\n\nold\n\n{END}\n\nrest\n"
BLOCK = "| model | AUC |\n|---|---|\n| `a` | 0.712 (0.690 to 0.735) |\n| `b` | \u22120.100 of 1,234 |"


def test_only_the_text_between_the_marks_is_replaced() -> None:
    assert with_block(README, "new\n") == f"# Title\n\n{BEGIN}\n\nnew\n\n{END}\n\nrest\n"


def test_writing_twice_is_writing_once() -> None:
    once = with_block(README, BLOCK)
    assert with_block(once, BLOCK) == once
    assert outdated_lines(once, BLOCK) == []


@pytest.mark.parametrize(
    "readme",
    ["# Title\n", f"{BEGIN}\n", f"{END}\n{BEGIN}\n", README + README],
    ids=["no marks", "one mark", "wrong order", "twice"],
)
def test_marks_that_are_lost_are_named(readme: str) -> None:
    for use in (with_block, outdated_lines):
        with pytest.raises(ValueError, match=r"the README needs the lines .* once each, in this order"):
            use(readme, BLOCK)


@pytest.mark.parametrize(
    ("old", "new"),
    [("0.712", "0.717"), ("0.712", "0.707"), ("0.690", "0.6949"), ("\u22120.100", "\u22120.104"), ("| `a`", "|  `a` ")],
)
def test_numbers_may_differ_a_little(old: str, new: str) -> None:
    assert outdated_lines(with_block(README, BLOCK), BLOCK.replace(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.712", "0.718"),
        ("0.735", "0.700"),
        ("\u22120.100", "0.100"),
        ("1,234", "1,235"),
        ("`a`", "`c`"),
        ("0.712", "not measurable"),
        ("(0.690 to 0.735)", ""),
    ],
)
def test_more_than_a_little_and_words_are_a_change(old: str, new: str) -> None:
    [line] = outdated_lines(with_block(README, BLOCK), BLOCK.replace(old, new))
    assert line.startswith("the README says '| `")


def test_a_line_that_came_or_went_is_a_change() -> None:
    shorter = "\n".join(BLOCK.splitlines()[:-1])
    assert len(outdated_lines(with_block(README, BLOCK), shorter)) == 1
    assert len(outdated_lines(with_block(README, shorter), BLOCK)) == 1
