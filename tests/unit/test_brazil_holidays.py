"""The seed of Brazil's holidays: no year lacks one, and those that move with Easter lie where it puts them."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from ecom_assets.environment import DBT_PROJECT_DIR

FIXED = {
    "Confraternização Universal": (1, 1),
    "Tiradentes": (4, 21),
    "Dia do Trabalho": (5, 1),
    "Independência do Brasil": (9, 7),
    "Nossa Senhora Aparecida": (10, 12),
    "Finados": (11, 2),
    "Proclamação da República": (11, 15),
    "Natal": (12, 25),
}
EASTER_SUNDAYS = {
    2016: date(2016, 3, 27),
    2017: date(2017, 4, 16),
    2018: date(2018, 4, 1),
    2019: date(2019, 4, 21),
}
DAYS_AFTER_EASTER = {
    "Segunda-feira de Carnaval": -48,
    "Terça-feira de Carnaval": -47,
    "Paixão de Cristo": -2,
    "Corpus Christi": 60,
}


@pytest.fixture(scope="module")
def holidays() -> list[tuple[date, str]]:
    with (DBT_PROJECT_DIR / "seeds" / "brazil_holidays.csv").open(encoding="utf-8", newline="") as file:
        return [(date.fromisoformat(row["holiday_date"]), row["holiday_name"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("year", sorted(EASTER_SUNDAYS))
def test_a_year_has_its_fixed_and_moveable_holidays(holidays: list[tuple[date, str]], year: int) -> None:
    fixed = {(date(year, month, day), name) for name, (month, day) in FIXED.items()}
    moveable = {(EASTER_SUNDAYS[year] + timedelta(days), name) for name, days in DAYS_AFTER_EASTER.items()}
    assert {holiday for holiday in holidays if holiday[0].year == year} == fixed | moveable


def test_known_moveable_holidays(holidays: list[tuple[date, str]]) -> None:
    assert (date(2018, 3, 30), "Paixão de Cristo") in holidays
    assert (date(2017, 2, 28), "Terça-feira de Carnaval") in holidays
    assert (date(2016, 5, 26), "Corpus Christi") in holidays


def test_no_day_stands_twice_and_they_are_in_order(holidays: list[tuple[date, str]]) -> None:
    days = [day for day, _ in holidays]
    assert days == sorted(set(days))
