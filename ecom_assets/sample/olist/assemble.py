"""Puts the marketplace together.

Belongs here: the order of the steps. Does not belong here: any draw, the files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecom_assets.sample.config import SampleConfig
from ecom_assets.sample.olist import (
    baskets,
    campaign,
    delivery,
    payments,
    people,
    places,
    products,
    reviews,
    sellers,
    spending,
    status,
)


@dataclass(frozen=True, slots=True)
class Marketplace:
    """All entities with the columns that no file shows, for those who need the truth behind a sample.

    Attributes
    ----------
    places, sellers, products, population, orders, units, payments, reviews, geolocation, contacts
        One frame an entity; numbers in a column named like an entity are row positions in its frame. ``sellers`` holds
        some who never sold; ``population`` the people, ``contacts`` those eligible for the planted campaign.
    """

    places: pd.DataFrame
    sellers: pd.DataFrame
    products: pd.DataFrame
    population: pd.DataFrame
    orders: pd.DataFrame
    units: pd.DataFrame
    payments: pd.DataFrame
    reviews: pd.DataFrame
    geolocation: pd.DataFrame
    contacts: pd.DataFrame


def build_marketplace(config: SampleConfig) -> Marketplace:
    """Draw every entity of the marketplace."""
    place = places.build_places(config)
    seller = sellers.build_sellers(config, place)
    population = people.build_population(config, place)
    visits = people.build_visits(config, population)
    contact = campaign.build_contacts(config, population, visits, place)
    purchases = pd.concat([visits, campaign.added_orders(contact)], ignore_index=True)
    order = people.build_orders(config, population, purchases, place)
    order = _with_status(config, order.assign(wanted=spending.wanted_values(config, order, population)))
    line = baskets.build_lines(config, order, seller)
    product = products.build_products(config, baskets.product_sellers(line), seller["category"].to_numpy())
    line = spending.match_baskets(order, line, product["price"].to_numpy()[line["product"].to_numpy()])
    unit = baskets.build_units(config, order, line, product, seller, place)
    payment = payments.build_payments(config, order, baskets.order_totals(len(order), unit))
    order = _with_dates(config, order, unit, payment, seller, place)
    unit = unit.assign(limit=delivery.shipping_limits(config, order, unit))
    order = order.assign(since_previous=people.since_previous(order), settled=status.settled_times(config, order))
    return Marketplace(
        places=place,
        sellers=seller,
        products=product,
        population=population,
        orders=order,
        units=unit,
        payments=payment,
        reviews=reviews.build_reviews(config, order),
        geolocation=places.build_geolocation(
            config, place, places.unmapped_prefixes(config, order["prefix"].to_numpy())
        ),
        contacts=contact,
    )


def _with_status(config: SampleConfig, order: pd.DataFrame) -> pd.DataFrame:
    """Add the status and what exists of an order."""
    state = status.build_status(config, order["purchased"].to_numpy())
    names = {"approved": "has_approval", "carrier": "has_carrier", "delivered": "has_delivery"}
    return pd.concat([order, state.rename(columns=names)], axis="columns")


def _with_dates(
    config: SampleConfig,
    order: pd.DataFrame,
    unit: pd.DataFrame,
    payment: pd.DataFrame,
    seller: pd.DataFrame,
    place: pd.DataFrame,
) -> pd.DataFrame:
    """Add the route of the first unit, the means of payment and the dates."""
    first = unit.drop_duplicates("order").set_index("order").reindex(range(len(order)))
    typical = float(unit["kilometres"].median())
    handling = pd.Series(seller["handling"].to_numpy()).reindex(first["seller"]).to_numpy()
    routed = order.assign(
        kilometres=first["kilometres"].fillna(typical).to_numpy(),
        handling=np.where(np.isnan(handling), 1.0, handling),
        payment_type=payments.first_types(len(order), payment).to_numpy(),
        state=place["state"].to_numpy()[order["prefix"].to_numpy()],
    )
    known, final = delivery.keep_known(routed, delivery.build_delivery(config, routed))
    return pd.concat([routed.assign(status=final), known], axis="columns")
