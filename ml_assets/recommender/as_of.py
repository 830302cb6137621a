"""What is counted of the events before a moment, each part once, and only if somebody asks for it.

Belongs here: from clicks and a moment to catalogue, first stage, factors and similar items; the moments of one step.
Does not belong here: what is learned (``fitting``), the parts themselves (``catalogue``, ``first_stage``, ``similar``).

A version that serves is refreshed: what it has learned stays, and what is counted is counted anew from the events that
are known at the moment at which it is asked. Choice, evaluation and gate do the same at their moments, by the same
code.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml_assets.recommender.catalogue import Catalogue
from ml_assets.recommender.clicks import Clicks
from ml_assets.recommender.config import RecommenderConfig
from ml_assets.recommender.counted import Counted
from ml_assets.recommender.first_stage import FirstStage, item_columns
from ml_assets.recommender.methods import BY_FACTORS, BY_STAGE, Method
from ml_assets.recommender.retrieval.als import ALSFactors
from ml_assets.recommender.retrieval.retrievers import Retrievers
from ml_assets.recommender.sessions import ItemIndex, Sessions
from ml_assets.recommender.similar import SimilarItems
from ml_assets.recommender.strengths import strengths_of_sessions

# Moments whose parts a timeline holds: as many as are judged again and again, so that memory does not grow with time.
_HELD = 4


class AsOf:
    """All that can be counted of the events before a moment.

    Parameters
    ----------
    clicks
        All events; those from the moment on are not looked at.
    moment
        The moment.
    config
        Settings.
    asked_until
        End of the time in which is asked by what was counted; the moment itself if it is None. Who asks later has
        viewed items since, and so knows them: these have numbers, and nothing of them is counted.
    """

    def __init__(
        self,
        clicks: Clicks,
        moment: np.datetime64,
        config: RecommenderConfig,
        asked_until: np.datetime64 | None = None,
    ) -> None:
        self.moment, self.config = moment, config
        self.past = clicks.before(moment)
        self._since = None if asked_until is None else clicks.between(moment, asked_until)

    @property
    def last_event(self) -> np.datetime64 | None:
        """The newest event that is counted; None where there is none."""
        newest: np.datetime64 | None = self.past.occurred.max() if len(self.past) else None
        return newest

    @cached_property
    def catalogue(self) -> Catalogue:
        """Items and popularity."""
        return Catalogue.of(self.past, self.moment, self.config.popular_days, self._since)

    @cached_property
    def sessions(self) -> Sessions:
        """All sessions, the oldest first."""
        return self.catalogue.of_clicks(self.past.sessions())

    @cached_property
    def learned_sessions(self) -> Sessions:
        """The sessions with two views or more: one view tells nothing of what goes with what."""
        return self.sessions.take(self.sessions.lengths > 1)

    @cached_property
    def stage(self) -> FirstStage | None:
        """The first stage; None where no session has two views."""
        if not len(self.learned_sessions):
            return None
        n_items = len(self.catalogue)
        return FirstStage(
            Retrievers.fit(self.learned_sessions, n_items, self.config.sessions().retrieval),
            np.sort(self.catalogue.most_popular(self.config.popular_candidates)),
            item_columns(self.sessions, self.moment, n_items),
        )

    @cached_property
    def factors(self) -> ALSFactors | None:
        """Factors of items, zeros for one that is in no session of two views; None where there is no such session.

        They are fitted to the other items alone: where they start from depends on how many there are.
        """
        if not len(self.learned_sessions):
            return None
        index = ItemIndex.of(self.learned_sessions)
        strengths = strengths_of_sessions(index.renumbered(self.learned_sessions), len(index))
        fitted = ALSFactors.fit(strengths, self.config.als)
        factors = np.zeros((len(self.catalogue), fitted.item_factors.shape[1]), dtype=np.float32)
        factors[index.ids] = fitted.item_factors
        return ALSFactors(factors, self.config.als)

    @cached_property
    def similar(self) -> SimilarItems:
        """Similar items."""
        return SimilarItems.of(self.learned_sessions, len(self.catalogue), self.config.similar, self.config.min_support)

    def counted(self, method: Method) -> Counted:
        """Return the parts that a method needs."""
        return Counted(
            until=self.moment,
            ids=self.catalogue.ids,
            popularity=self.catalogue.popularity,
            stage=self.stage if method in BY_STAGE else None,
            factors=self.factors if method in BY_FACTORS else None,
        )

    def numbered(self, histories: Sessions) -> Sessions:
        """Return histories of the clicks' item numbers with those of the catalogue, -1 for unknown items."""
        return Sessions(self.catalogue.number_of[histories.items].astype(np.int32), histories.offsets)

    def of_catalogue(self) -> NDArray[np.int64]:
        """Return the clicks' number of each item of the catalogue."""
        return np.flatnonzero(self.catalogue.number_of >= 0)


class Timeline:
    """The moments of one step, each counted once as long as it is among the last few that were asked for.

    Parameters
    ----------
    clicks
        All events.
    config
        Settings.
    horizon
        How long a moment is asked, which is until the next one.
    """

    def __init__(self, clicks: Clicks, config: RecommenderConfig, horizon: np.timedelta64) -> None:
        self.clicks, self.config, self.horizon = clicks, config, horizon
        self._held: dict[np.datetime64, AsOf] = {}

    def at(self, moment: np.datetime64) -> AsOf:
        """Return what is counted before a moment."""
        found = self._held.pop(moment, None) or AsOf(self.clicks, moment, self.config, moment + self.horizon)
        self._held[moment] = found
        if len(self._held) > _HELD:
            del self._held[next(iter(self._held))]
        return found
