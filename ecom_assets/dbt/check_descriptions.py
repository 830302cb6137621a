"""What a data test of dbt says about itself, in words for the UI.

Belongs here: pure functions over a test's properties in the manifest. Does not belong here: which test becomes
which check (``translator``), unit tests (``unit_tests``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Lines of comment directly above the query, below what the file says to dbt.
_COMMENT_ABOVE = re.compile(r"^((?:--.*\n)+)(?:with|select)\b", re.MULTILINE | re.IGNORECASE)
# The model stands in every generic test's arguments, and is the asset that the check hangs on.
_MODEL_ARGUMENT = "model"


def check_description(properties: Mapping[str, Any]) -> str:
    """Return the test's own description, or else what it asks for.

    A generic test is told by its kind and arguments, a singular one by the comment above its SQL or by its name.
    """
    if properties.get("description"):
        return str(properties["description"])
    generic = properties.get("test_metadata")
    if generic:
        return _generic_description(generic)
    comment = _COMMENT_ABOVE.search(properties["raw_code"])
    return _joined(comment[1]) if comment else _words(properties["name"])


def _generic_description(generic: Mapping[str, Any]) -> str:
    arguments = {name: value for name, value in generic["kwargs"].items() if name != _MODEL_ARGUMENT}
    told = "; ".join(f"{_words(name)}: {_told(value)}" for name, value in arguments.items())
    return f"{_words(generic['name'])} ({told})" if told else _words(generic["name"])


def _joined(comment: str) -> str:
    return " ".join(line.removeprefix("--").strip() for line in comment.splitlines())


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value).strip('"')


def _words(name: str) -> str:
    return name.replace("_", " ")
