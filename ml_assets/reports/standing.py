"""What every card says of a version, whatever the version answers: who serves, why, and where it comes from.

Belongs here: these facts, and the words and the tone for them. Does not belong here: figures, pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ml_assets.reports.wording import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Facts about the version that the gate judged last.

    Attributes
    ----------
    verdict, reason
        Of the promotion gate, in words.
    champion_version
        Version that serves now; None if none does.
    made_at
        When the card was made, in words.
    run_id
        Run that trained the version.
    git_commit
        Commit of the code that did.
    links
        Addresses by their words.
    """

    verdict: str
    reason: str
    champion_version: str | None
    made_at: str
    run_id: str
    git_commit: str
    links: Mapping[str, str] = field(default_factory=dict)

    def serving_words(self, version: str, *, is_rule: bool) -> str:
        """Return which version serves, in a sentence, on the card of a version that is a rule or was learned."""
        if self.champion_version is None:
            return "No version serves."
        if self.champion_version != version:
            return f"Version {self.champion_version} serves, not this one."
        return "This version serves: it is the one-line rule." if is_rule else "This version serves."

    def tone(self, version: str, *, is_rule: bool, is_suspect: bool) -> Tone:
        """Return how good the news is: bad are suspect figures, good is a learned version that serves."""
        if is_suspect:
            return Tone.BAD
        return Tone.GOOD if self.champion_version == version and not is_rule else Tone.NOTE
