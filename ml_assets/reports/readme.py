"""The block of the README that is written by a command, and whether it still holds.

Belongs here: finding, replacing and comparing text between two marks. Does not belong here: what the block says
(``scoreboard``), reading and writing the file.
"""

from __future__ import annotations

import re
from itertools import zip_longest

BEGIN = "<!-- scoreboard: written by a command -->"
END = "<!-- end of scoreboard -->"
TOLERANCE = 0.005
_NUMBER = re.compile(r"[-\u2212+]?\d[\d,]*(?:\.\d+)?")
# What floating-point arithmetic adds to a difference that is exactly the tolerance.
_ROUNDING = 1e-9


def with_block(readme: str, block: str) -> str:
    """Return a README with the text between its marks replaced.

    Raises
    ------
    ValueError
        If the marks are not there once each, the first before the second.
    """
    before, _, after = _divided(readme)
    return f"{before}{BEGIN}\n\n{block.strip()}\n\n{END}{after}"


def outdated_lines(readme: str, block: str, tolerance: float = TOLERANCE) -> list[str]:
    """Return what of the written block no longer holds; nothing if all of it does.

    Numbers may differ by the tolerance, words and the number of lines may not.

    Parameters
    ----------
    readme
        The text as it stands.
    block
        What would be written now.
    tolerance
        Largest difference between two numbers in the same place.

    Raises
    ------
    ValueError
        If the marks are not there once each, the first before the second.
    """
    written, fresh = _divided(readme)[1].strip().splitlines(), block.strip().splitlines()
    return [
        f"the README says {old!r}, now it is {new!r}"
        for old, new in zip_longest(written, fresh, fillvalue="")
        if not _agree(old, new, tolerance)
    ]


def _divided(readme: str) -> tuple[str, str, str]:
    if readme.count(BEGIN) != 1 or readme.count(END) != 1 or readme.index(BEGIN) > readme.index(END):
        raise ValueError(
            f"the README needs the lines {BEGIN!r} and {END!r} once each, in this order, around the scoreboard"
        )
    before, rest = readme.split(BEGIN)
    block, after = rest.split(END)
    return before, block, after


def _agree(old: str, new: str, tolerance: float) -> bool:
    if _NUMBER.sub("0", old).split() != _NUMBER.sub("0", new).split():
        return False
    pairs = zip(_numbers(old), _numbers(new), strict=True)
    return all(abs(one - other) <= tolerance + _ROUNDING for one, other in pairs)


def _numbers(line: str) -> list[float]:
    return [float(number.replace(",", "").replace("\u2212", "-")) for number in _NUMBER.findall(line)]
