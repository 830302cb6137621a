"""The replay of one source: day by day, model by model, policy by policy.

Belongs here: the order, where it goes on after it was broken off, where history ends. Does not belong here: what is
done on a day (``ml_assets.replay.step``), folders (``home``), tables (``past``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ecom_assets.environment import Settings
from ecom_assets.replay.home import ReplayHome
from ecom_assets.replay.past import past_warehouse
from ecom_assets.replay.wanted import Wanted
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ml_assets.classification.family import QuestionFamily
from ml_assets.classification.training_set import complete_until
from ml_assets.replay.day import Day
from ml_assets.replay.policies import Policy
from ml_assets.replay.records import StepRecord
from ml_assets.replay.step import step
from ml_assets.replay.turn import Place, Turn


@dataclass(frozen=True, slots=True)
class SourceReplay:
    """The replay of one source.

    Attributes
    ----------
    settings, home
        Of the platform, and where everything is written.
    source, families
        Its name, and the models that are replayed.
    wanted
        What is replayed.
    version
        Of the code that decides what models become.
    say
        Is told of each day.
    """

    settings: Settings
    home: ReplayHome
    source: str
    families: Sequence[QuestionFamily]
    wanted: Wanted
    version: str
    say: Callable[[str], None]

    def enacted(self, days: Sequence[date]) -> DuckDBWarehouse:
        """Take each day that was not taken yet, and return the tables of the last one.

        Unless a last day was asked for, history ends on the first day on which nothing is complete that was not on the
        day before: the data may go on, but nobody is in them any more.
        """
        places = {turn: self.home.place(*turn) for turn in self._turns()}
        last = days[0]
        for day in days:
            if not self._is_done(day):
                past = self._past(day)
                if self.wanted.until is None and self._has_ended(past, day):
                    self.say(f"{self.source} {day}: nothing new is complete, history ends")
                    return past
                self._take(day, past, places)
            last = day
        return self._past(last)

    def _take(self, day: date, past: DuckDBWarehouse, places: Mapping[tuple[Policy, str], Place]) -> None:
        """Let each policy have its turn with each model, unless it had it before the replay was broken off."""
        shared = Day(
            day=day,
            past=past,
            files=self.home.files_of_day(self.source),
            code_version=self.version,
            periods=self.wanted.every,
            training=self.wanted.training,
        )
        for family in self.families:
            for policy in self.wanted.policies:
                before = self.home.records(policy, family.name)
                if before and before[-1].day >= day:
                    continue
                turn = Turn(family, policy, shared, places[policy, family.name])
                alike = None if before else self._begun(family.name, day)
                done = self.home.begun_alike(policy, alike) if alike else step(turn, before[-1] if before else None)
                self.home.record(done)
                self.say(told(done))

    def _begun(self, model: str, day: date) -> StepRecord | None:
        """Return the first day of a policy that has had no other one yet: all of them begin with the same training."""
        begun = (self.home.records(policy, model) for policy in self.wanted.policies)
        return next((days[0] for days in begun if len(days) == 1 and days[0].day == day), None)

    def _turns(self) -> list[tuple[Policy, str]]:
        return [(policy, family.name) for family in self.families for policy in self.wanted.policies]

    def _past(self, day: date) -> DuckDBWarehouse:
        tables = [table for family in self.families for table in family.tables]
        return past_warehouse(self.settings, self.home.past(self.source), self.source, day, tables)

    def _is_done(self, day: date) -> bool:
        return all(any(each.day == day for each in self.home.records(*turn)) for turn in self._turns())

    def _has_ended(self, past: DuckDBWarehouse, day: date) -> bool:
        """Return whether nothing is complete on a day that was not on the day before."""
        policy = self.wanted.policies[0]
        earlier = [
            [each.complete_until for each in self.home.records(policy, family.name) if each.day < day]
            for family in self.families
        ]
        known = [complete_until(past, family.question) for family in self.families]
        return all(earlier) and known == [before[-1] for before in earlier]


def told(done: StepRecord) -> str:
    """Return a day of a policy in a line, for a terminal."""
    words = done.state.value if done.state is not None else "looks at nothing"
    if done.training is not None:
        words = f"trained {done.training.candidate}, {done.training.verdict}"
    serves = "nobody serves" if done.champion is None else f"version {done.champion} ({done.champion_is}) serves"
    return f"{done.day} {done.model} {done.policy}: {words}; {serves}"
