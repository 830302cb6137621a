"""A decision and realised performance put into a report that was written before they were known.

Belongs here: what of page and JSON changes. Does not belong here: the decision (``decision``), the rest of the page
(``drift_page``): its charts are not drawn again.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from ml_assets.files import write_text
from ml_assets.monitoring.report.archive import DATA
from ml_assets.monitoring.report.record import Decided
from ml_assets.monitoring.report.wording import ACTION_WORDS, STATE_WORDS
from ml_assets.reports.page import rendered

# As the template has them. No text of a page can hold them: what is shown is escaped, charts too.
_SLOT = re.compile("<!-- what follows: begin -->.*<!-- what follows: end -->\n", re.DOTALL)
_KEY = "decided"


def write_decided(page: Path, decided: Decided) -> None:
    """Write into a report what followed from it, in place of what stood there.

    Parameters
    ----------
    page
        Where the page lies; its JSON lies beside it.
    decided
        What followed.
    """
    data = page.with_suffix(DATA)
    write_text(data, data_with(data.read_text(encoding="utf-8"), decided))
    write_text(page, page_with(page.read_text(encoding="utf-8"), decided))


def page_with(page: str, decided: Decided) -> str:
    """Return a page with what followed from it; a page that has no place for that stays as it is."""
    part = rendered(
        "decided.html",
        decided=decided,
        state_words=STATE_WORDS[decided.state],
        action_words=ACTION_WORDS[decided.action],
    )
    return _SLOT.sub(lambda _: part, page, count=1)


def data_with(data: str, decided: Decided) -> str:
    """Return the JSON of a report with what followed from it; all else stays, of whatever version of the report."""
    record = json.loads(data) | {_KEY: decided.model_dump(mode="json")}
    return f"{json.dumps(record, indent=1, ensure_ascii=False)}\n"
