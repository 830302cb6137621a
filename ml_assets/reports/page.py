"""Pages as text, from templates; nothing on a page is asked of another file or machine.

Belongs here: the template environment, which links are safe. Does not belong here: what a page says, writing it to a
file (``files``).
"""

from __future__ import annotations

import math
from functools import cache
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from ml_assets.reports import wording

# An address that begins with anything else could run a script when it is clicked.
_SAFE_SCHEMES = frozenset({"", "http", "https"})


def safe_link(address: str) -> str:
    """Return an address if a click on it can only open a page.

    Raises
    ------
    ValueError
        If it is neither relative nor of the web.
    """
    if urlsplit(address.strip()).scheme.lower() not in _SAFE_SCHEMES:
        raise ValueError(f"a page cannot link to {address!r}: give a relative address, or one of http or https")
    return address


def rendered(template: str, **context: object) -> str:
    """Return a page: a template of this package filled in, with all text escaped.

    Parameters
    ----------
    template
        Name of a file in ``templates``.
    context
        What the template names. A name that is missing raises.
    """
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ml_assets.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "decimal": wording.decimal,
        "signed": wording.signed,
        "percent": wording.percent,
        "count": wording.count,
        "counted": wording.counted,
        "interval": wording.interval,
        "with_interval": wording.with_interval,
        "parameter": wording.parameter,
        "safe_link": safe_link,
    }
    environment.tests["finite"] = _is_finite
    return environment


def _is_finite(value: float | None) -> bool:
    """Return whether a figure was measurable: None stands for one that the data did not allow."""
    return value is not None and math.isfinite(value)
