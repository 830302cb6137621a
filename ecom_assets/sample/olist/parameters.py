"""The rates of the marketplace that shape what models can learn.

Belongs here: numbers that a scenario may change. Does not belong here: public tables (states, categories) and
row counts that are facts of the original files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Segment:
    """One planted group of customers.

    Visits of a customer follow the beta-geometric/NBD law (Fader, Hardie and Lee 2005): while he lasts he visits at a
    rate drawn from a gamma law, and after each visit but the first he leaves with a chance drawn from a beta law.

    Attributes
    ----------
    name
        How the truth calls it.
    share
        Share of people.
    rate_shape, rate_days
        Gamma law of the rate of visits: shape (r) and inverse scale in days (alpha).
    dropout_alpha, dropout_beta
        Beta law of the chance to leave (a, b); with ``dropout_alpha`` 0 nobody leaves.
    spending
        How much more the group spends, in standard deviations of the logarithm of an order's value.
    boleto_factor, voucher_factor
        How many times as often as others the group pays by boleto or with vouchers.
    campaign_orders
        Orders that a contact of the planted campaign adds, on average.
    """

    name: str
    share: float
    rate_shape: float
    rate_days: float
    dropout_alpha: float
    dropout_beta: float
    spending: float
    boleto_factor: float
    voucher_factor: float
    campaign_orders: float


_MARKETPLACE_SEGMENTS = (
    Segment("occasional", 0.58, 0.6, 22_000.0, 0.9, 2.6, -0.05, 1.0, 1.0, 0.004),
    Segment("bargain_hunter", 0.25, 0.6, 6_000.0, 0.9, 2.6, -0.80, 1.9, 2.2, 0.010),
    Segment("big_ticket", 0.12, 0.6, 18_000.0, 0.9, 2.6, 1.55, 0.25, 0.2, 0.002),
    Segment("regular", 0.05, 1.2, 950.0, 0.6, 3.4, 0.35, 0.2, 3.0, 0.030),
)
_LOYAL_LAW = (0.6, 100.0, 0.8, 2.5)
_LOYAL_SEGMENTS = (
    Segment("card_payer", 0.55, *_LOYAL_LAW, 0.0, 0.3, 0.2, 0.02),
    Segment("boleto_payer", 0.30, *_LOYAL_LAW, 0.0, 3.2, 0.2, 0.02),
    Segment("voucher_collector", 0.15, *_LOYAL_LAW, 0.0, 0.3, 9.0, 0.02),
)
# One law for everyone: a gamma law so narrow that all rates are equal, and nobody leaves.
_EQUAL_SHAPE = 1e9


@dataclass(frozen=True, slots=True)
class SpendingParameters:
    """What a customer spends on an order.

    Attributes
    ----------
    person_share
        Share of the variance of an order's (normal) spending score within a segment that is the customer's own.
    gamma_gamma
        Shape p of an order's value, and shape q and scale of the gamma law of a customer's rate, as in the gamma-gamma
        model of Fader and Hardie (2013); without it the values of baskets stay as the catalogue's prices make them.
    """

    person_share: float = 0.45
    gamma_gamma: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class VisitParameters:
    """How visits become orders.

    Attributes
    ----------
    split_share
        Share of visits whose basket is split into more than one order within a day.
    further_split_share
        Chance of one more order after a split one.
    same_second_share
        Share of split orders with the very same time stamp as the one before.
    moved_share
        Share of later orders sent to another zip prefix.
    """

    split_share: float = 0.0085
    further_split_share: float = 0.12
    same_second_share: float = 0.30
    moved_share: float = 0.10


@dataclass(frozen=True, slots=True)
class CalendarParameters:
    """When the marketplace is alive.

    Attributes
    ----------
    has_seasons
        Whether first orders follow the original's months, weekdays and Black Friday; else every day is like any other.
    dies
        Whether trade ends as in the original, at the end of August 2018, but for a few canceled orders.
    habits_change
        Whether carriers' speed, promises and the form of the survey follow the original's calendar; else they are
        always as usual.
    """

    has_seasons: bool = True
    dies: bool = True
    habits_change: bool = True


@dataclass(frozen=True, slots=True)
class CampaignParameters:
    """A planted campaign: some customers are contacted, and order more for a while.

    The chance of a contact depends on what the shop could see, so that comparing contacted customers with others is
    biased unless these columns are adjusted for.

    Attributes
    ----------
    contacted_on
        Day of the contact.
    eligible_days
        First orders between so many days before the contact (from, to) make a customer eligible.
    effect_days
        Days within which the added orders fall.
    intercept, per_recent_month, per_later_order, in_metropolis
        Log-odds of a contact: at 0, per month by which the last order is less than a year old, per order after the
        first one, and for customers whose first order went to SP or RJ.
    """

    contacted_on: date = date(2018, 4, 16)
    eligible_days: tuple[int, int] = (365, 30)
    effect_days: int = 30
    intercept: float = -1.6
    per_recent_month: float = 0.12
    per_later_order: float = 0.6
    in_metropolis: float = 0.5


_FOR_EVER_DAYS = 1e12


@dataclass(frozen=True, slots=True)
class SellerParameters:
    """How unequal sellers are and how long they stay.

    Attributes
    ----------
    activity_spread
        Standard deviation of the logarithm of a seller's rate of sales.
    activity_limit
        No seller's logarithm of the rate lies more standard deviations above the mean.
    lifetime_days
        Mean of the exponential time for which a seller sells.
    handling_spread
        Standard deviation of the logarithm of a seller's usual handling time.
    candidates
        Sellers that are drawn for each one that shall sell something.
    joining
        When sellers join: first day of a quarter and share of all sellers, in percent. Without it everyone is there
        from the first day.
    """

    activity_spread: float = 1.75
    activity_limit: float = 2.6
    lifetime_days: float = 420.0
    handling_spread: float = 0.75
    candidates: float = 1.26
    joining: tuple[tuple[str, float], ...] = (
        ("2016-09-01", 4.0),
        ("2017-01-01", 16.0),
        ("2017-04-01", 11.0),
        ("2017-07-01", 12.0),
        ("2017-10-01", 14.0),
        ("2018-01-01", 14.0),
        ("2018-04-01", 17.0),
        ("2018-07-01", 12.0),
    )

    def homogeneous(self) -> SellerParameters:
        """Return rates by which all sellers are alike, there from the first day, and never leave."""
        return replace(
            self, activity_spread=0.0, lifetime_days=_FOR_EVER_DAYS, handling_spread=0.0, candidates=1.0, joining=()
        )


@dataclass(frozen=True, slots=True)
class DeliveryParameters:
    """How long parcels take and what is promised.

    Logarithms of days are linear in the logarithm of the route's length.

    Attributes
    ----------
    handling_days, handling_spread
        Median and log spread of the seller's handling time.
    transit_intercept, transit_per_log_km, transit_spread
        The carrier's time.
    state_spread
        Standard deviation of a state's own shift of the carrier's time, beside the known one of its region.
    promise_intercept, promise_per_log_km, promise_per_log_handling, promise_spread
        The promised time in days after purchase; it knows the route and, in part, how slow the seller is.
    late_share
        Chance that a parcel that arrives is late. Without it lateness follows from the dates; with it lateness is
        drawn first, alike for all parcels, and the dates are built around it.
    """

    handling_days: float = 1.31
    handling_spread: float = 0.68
    transit_intercept: float = -0.66
    transit_per_log_km: float = 0.426
    transit_spread: float = 0.60
    state_spread: float = 0.04
    promise_intercept: float = 1.825
    promise_per_log_km: float = 0.22
    promise_per_log_handling: float = 0.15
    promise_spread: float = 0.19
    late_share: float | None = None

    def homogeneous(self) -> DeliveryParameters:
        """Return rates by which lateness is drawn first, at the original's share, and has no relation with anything."""
        return replace(self, late_share=0.068)


@dataclass(frozen=True, slots=True)
class OlistParameters:
    """All rates of the marketplace; the defaults are the ones of the original."""

    segments: tuple[Segment, ...] = _MARKETPLACE_SEGMENTS
    spending: SpendingParameters = field(default_factory=SpendingParameters)
    visits: VisitParameters = field(default_factory=VisitParameters)
    calendar: CalendarParameters = field(default_factory=CalendarParameters)
    campaign: CampaignParameters = field(default_factory=CampaignParameters)
    sellers: SellerParameters = field(default_factory=SellerParameters)
    delivery: DeliveryParameters = field(default_factory=DeliveryParameters)

    @classmethod
    def loyal(cls) -> OlistParameters:
        """Return a world in which most people come back by one law, and spend by another.

        Trade goes on to the last day and no basket is split, so that nothing hides the laws.
        """
        return cls(
            segments=_LOYAL_SEGMENTS,
            spending=SpendingParameters(gamma_gamma=(4.0, 4.5, 110.0)),
            visits=VisitParameters(split_share=0.0),
            calendar=CalendarParameters(dies=False),
        )

    @classmethod
    def steady(cls) -> OlistParameters:
        """Return a world as varied as the original's in which no day differs from another by law.

        Sellers neither join nor leave, and those whom the campaign contacts order no more than others.
        """
        return cls(
            segments=tuple(replace(segment, campaign_orders=0.0) for segment in _MARKETPLACE_SEGMENTS),
            calendar=CalendarParameters(has_seasons=False, dies=False, habits_change=False),
            sellers=SellerParameters(lifetime_days=_FOR_EVER_DAYS, joining=()),
        )

    def homogeneous(self) -> OlistParameters:
        """Return a world of the same size in which no customer, seller or parcel differs from another by nature."""
        rate = sum(segment.share * segment.rate_shape / segment.rate_days for segment in self.segments)
        equal = [
            replace(
                segment,
                rate_shape=_EQUAL_SHAPE,
                rate_days=_EQUAL_SHAPE / rate,
                dropout_alpha=0.0,
                spending=0.0,
                boleto_factor=1.0,
                voucher_factor=1.0,
                campaign_orders=0.0,
            )
            for segment in self.segments
        ]
        return replace(
            self,
            segments=tuple(equal),
            spending=SpendingParameters(person_share=0.0),
            visits=replace(self.visits, split_share=0.0),
            calendar=replace(self.calendar, has_seasons=False),
            campaign=replace(
                self.campaign, intercept=0.0, per_recent_month=0.0, per_later_order=0.0, in_metropolis=0.0
            ),
            sellers=self.sellers.homogeneous(),
            delivery=self.delivery.homogeneous(),
        )
