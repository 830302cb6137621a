"""Places, sellers and products of the sample, with the quirks of the original files."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.unit.sample.written import Written

UNTRANSLATED = {"pc_gamer", "portateis_cozinha_e_preparadores_de_alimentos"}
# First two digits of zip prefixes by state, for some states.
REGIONS = {
    "SP": range(1, 20), "RJ": range(20, 29), "ES": range(29, 30), "MG": range(30, 40), "BA": range(40, 49),
    "CE": range(60, 64), "PR": range(80, 88), "SC": range(88, 90), "RS": range(90, 100),
}  # fmt: skip


def test_prefixes_are_five_digits_with_leading_zeros_and_belong_to_their_state(medium: Written) -> None:
    for name, who in (("customers", "customer"), ("sellers", "seller"), ("geolocation", "geolocation")):
        frame = medium.olist(name)
        prefix = frame[f"{who}_zip_code_prefix"]
        assert prefix.str.fullmatch(r"\d{5}").all()
        assert prefix.str.startswith("0").mean() > 0.1
        region = prefix.str[:2].astype(int)
        for state, digits in REGIONS.items():
            assert set(region[frame[f"{who}_state"] == state]) <= set(digits)


def test_a_prefix_has_one_state_and_one_city_for_customers(medium: Written) -> None:
    places = medium.olist("customers").groupby("customer_zip_code_prefix")[["customer_state", "customer_city"]]
    assert (places.nunique() == 1).all().all()


def test_customers_and_sellers_live_where_they_do_in_the_original(medium: Written) -> None:
    customers = medium.olist("customers")["customer_state"].value_counts(normalize=True)
    assert customers["SP"] == pytest.approx(0.424, abs=0.03)
    assert customers["RJ"] == pytest.approx(0.130, abs=0.02)
    assert customers["MG"] == pytest.approx(0.117, abs=0.02)
    assert len(customers) >= 24
    sellers = medium.olist("sellers")["seller_state"].value_counts(normalize=True)
    assert sellers["SP"] == pytest.approx(0.597, abs=0.1)
    city = medium.olist("customers")["customer_city"].value_counts(normalize=True)
    assert city["sao paulo"] == pytest.approx(0.156, abs=0.03)
    assert city["rio de janeiro"] == pytest.approx(0.07, abs=0.02)


def test_a_seller_city_carries_its_state_by_mistake(medium: Written) -> None:
    assert medium.olist("sellers")["seller_city"].str.contains("[/,]| - ").sum() == 1  # 26 of 3,095


def test_sellers_are_very_unequal(medium: Written) -> None:
    sales = medium.olist("order_items")["seller_id"].value_counts(normalize=True)
    assert sales.iloc[:15].sum() == pytest.approx(0.62, abs=0.15)
    assert sales.median() < 0.005


def test_geolocation_repeats_rows_mixes_spellings_and_leaves_the_country(medium: Written) -> None:
    frame = medium.olist("geolocation")
    assert frame.duplicated().mean() == pytest.approx(0.262, abs=0.02)
    latitude, longitude = frame["geolocation_lat"].astype(float), frame["geolocation_lng"].astype(float)
    outside = (latitude > 5.3) | (latitude < -33.8) | (longitude > -34.7) | (longitude < -74)
    assert 1 <= outside.sum() <= 10
    spellings = frame.groupby("geolocation_zip_code_prefix")["geolocation_city"].nunique()
    assert set(spellings) == {1, 2}
    city = frame["geolocation_city"]
    assert {"sao paulo", "são paulo"} <= set(city)
    assert city.str.contains("[^a-z '-]").mean() == pytest.approx(0.10, abs=0.05)
    assert frame["geolocation_zip_code_prefix"].value_counts().median() > 20


def test_a_few_customers_live_in_prefixes_that_geolocation_lacks(medium: Written) -> None:
    known = set(medium.olist("geolocation")["geolocation_zip_code_prefix"])
    prefix = medium.olist("customers")["customer_zip_code_prefix"]
    missing = ~prefix.isin(known)
    assert 0 < missing.mean() < 0.01
    assert prefix[missing].nunique() / prefix.nunique() == pytest.approx(0.007, abs=0.003)


def test_the_translation_has_a_byte_order_mark_crlf_and_lacks_two_categories(small: Written) -> None:
    raw = (small.folder / "olist" / "product_category_name_translation.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfproduct_category_name,product_category_name_english\r\n")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 71
    assert not raw.endswith(b"\n")
    translated = set(small.text("olist", "product_category_name_translation")["product_category_name"])
    assert len(translated) == 71
    assert set(small.olist("products")["product_category_name"].dropna()) == translated | UNTRANSLATED


def test_products_lack_texts_together_and_measures_rarely(medium: Written) -> None:
    products = medium.olist("products")
    texts = products[
        ["product_category_name", "product_name_lenght", "product_description_lenght", "product_photos_qty"]
    ].isna()
    assert texts.eq(texts.iloc[:, 0], axis=0).all().all()
    assert texts.iloc[:, 0].sum() == pytest.approx(30, abs=3)  # 610 of 32,951
    measures = products[["product_weight_g", "product_length_cm", "product_height_cm", "product_width_cm"]].isna()
    assert measures.eq(measures.iloc[:, 0], axis=0).all().all()
    assert measures.iloc[:, 0].sum() == 1
    assert (products["product_weight_g"] == "0").sum() == 1
    whole = products.drop(columns=["product_id", "product_category_name"]).stack()
    assert whole.dropna().str.fullmatch(r"\d+").all()


def test_dear_and_heavy_products_cost_more_freight(medium: Written) -> None:
    items = medium.olist("order_items").merge(medium.olist("products"), on="product_id")
    freight = items["freight_value"].astype(float)
    weight = pd.to_numeric(items["product_weight_g"])
    assert freight[weight > 5_000].median() > 1.6 * freight[weight < 500].median()
