"""Feature tables of one source with all that they are built from, one landing folder after the other.

Belongs here: what of the project is built, and where each result is kept. Does not belong here: how it is built
(``comparison.builds``), which folders, comparison.
"""

from __future__ import annotations

import json
from pathlib import Path

from ecom_assets.comparison.builds import Build, build_embedded, embedded_settings
from ecom_assets.environment import Settings

# A table that by default holds the last dates only holds all of them in both builds.
_ALL_DATES = {"interaction_as_of_count": 10_000}


class Workshop:
    """A folder in which builds of one source are made one after the other.

    All are made at the same paths, so that dbt need not parse the project anew, and then set aside.
    """

    def __init__(self, folder: Path, settings: Settings, source: str) -> None:
        """Take the folder; the settings say what else there is to know, such as the share of rejects allowed."""
        self.folder = folder
        self.source = source
        self._settings = embedded_settings(settings, folder, (source,))

    def build(self, name: str, raw_dir: Path) -> Build:
        """Load a landing folder and build the feature tables of the source, with all dates and all that they need.

        Raises
        ------
        LoadError
            If the folder cannot be used as it is.
        BuildError
            If dbt fails.
        """
        arguments = ["--select", f"+path:models/features/{self.source}", "--vars", json.dumps(_ALL_DATES)]
        return build_embedded(self._settings, raw_dir, arguments).set_aside(name)
