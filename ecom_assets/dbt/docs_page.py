"""dbt's documentation as one page of the report site, which opens offline and may ask nobody for anything.

Belongs here: how the page is put together from what dbt wrote. Does not belong here: asking dbt for it
(``docs_asset``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# As dbt's own page has them: where manifest and catalog go, and what would ask for another file.
_MANIFEST, _CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'
_ICON = """<link rel="shortcut icon" href="${require('./assets/favicons/favicon.ico')}"/>"""
# An icon whose address is still to be computed: a browser would ask for it as it stands.
_EARLY, _LATE = 'xlink:href="{{', 'ng-attr-xlink:href="{{'
_APP, _HEAD, _BODY = 'ng-app="dbt"', '<meta charset="utf-8">', "</body>"
# Its expressions are interpreted, so that nothing on the page has to be made code of.
_NO_EVAL = f'{_APP} ng-csp="no-unsafe-eval"'
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:\">"
)
# On a phone the tree of tables stands above what it leads to, instead of beside it; wide tables scroll in their place.
_NARROW = (
    "<style>@media (max-width: 44rem) {"
    ".app.app-row { flex-direction: column; width: 100%; min-width: 0; }"
    ".app-menu.app-column { flex: 0 0 38%; width: 100%; max-width: none; }"
    ".app-content.app-column { flex: 1 1 62%; width: 100%; min-width: 0; min-height: 0; }"
    ".app-content .app-frame { max-width: 100%; padding-left: 1rem; padding-right: 1rem; overflow-x: auto; }"
    ".app-content .panel-body, .app-content .dtable-wrapper, .app-content pre { overflow-x: auto; }"
    "}</style>"
)
_BACK = (
    '<a href="../index.html" style="position:fixed;left:1rem;bottom:1rem;z-index:9999;padding:.4rem .8rem;'
    'border-radius:1rem;background:#14171b;color:#fff">All reports</a>'
)


def docs_page(template: str, manifest: Mapping[str, Any], catalog: Mapping[str, Any]) -> str:
    """Return the documentation as a page that needs no other file.

    Parameters
    ----------
    template
        dbt's page, as ``dbt docs generate`` writes it.
    manifest, catalog
        What it is to show. Unit tests stay away, whose made-up rows look like data of persons, and the folder that the
        project lies in.

    Raises
    ------
    ValueError
        If the page is not made as that of the dbt this was written for.
    """
    template = template.replace(_EARLY, _LATE)
    replaced = {
        _APP: _NO_EVAL,
        _HEAD: f'{_HEAD}{_POLICY}<link rel="icon" href="data:,">',
        _ICON: "",
        _BODY: f"{_NARROW}{_BACK}{_BODY}",
        _MANIFEST: _script_text(shown_manifest(manifest)),
        _CATALOG: _script_text(catalog),
    }
    for mark, text in replaced.items():
        if template.count(mark) != 1:
            raise ValueError(
                f"dbt's page of documentation has {mark} {template.count(mark)} times, not once: this dbt makes "
                "another page; install requirements.lock, or teach docs_page.py the new one"
            )
        template = template.replace(mark, text)
    return template


def shown_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest without unit tests and without the folder of the project."""
    tests = manifest["unit_tests"].keys()
    return {
        **manifest,
        "nodes": {key: {**node, "root_path": None} for key, node in manifest["nodes"].items()},
        "unit_tests": {},
        **{
            name: {
                key: [other for other in others if other not in tests]
                for key, others in manifest[name].items()
                if key not in tests
            }
            for name in ("parent_map", "child_map")
        },
    }


def _script_text(value: Mapping[str, Any]) -> str:
    """Return JSON that stands in a script without ending it."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
