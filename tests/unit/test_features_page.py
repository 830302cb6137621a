"""The page of features: what it takes from YAML, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ecom_assets.dbt.features_page import FeatureColumn, Role, feature_tables, features_page


def written(folder: Path, *columns: dict[str, object]) -> Path:
    """Write the YAML of one feature table."""
    model = {"name": "ftr_orders", "description": "One row per\n  order.", "columns": list(columns)}
    (folder / "olist").mkdir()
    (folder / "olist" / "ftr_orders.yml").write_text(yaml.safe_dump({"version": 2, "models": [model]}))
    return folder


def column(name: str, **meta: str) -> dict[str, object]:
    return {"name": name, "description": f"What {name} is.", "config": {"meta": meta}}


KEY = column("order_id", role="key")
DATE = column("as_of_date", role="time")
FEATURE = column("price", role="feature", unit="BRL", window="last 30 days", known_at="purchase")
LABEL = column("is_late", role="label", unit="yes or no", window="promise + 1 day")


def test_every_column_arrives_with_its_words(tmp_path: Path) -> None:
    [table] = feature_tables(written(tmp_path, KEY, DATE, FEATURE, LABEL), {})
    assert (table.name, table.description) == ("ftr_orders", "One row per order.")
    assert table.named(Role.FEATURE) == [
        FeatureColumn("price", "What price is.", Role.FEATURE, "BRL", "last 30 days", "purchase")
    ]
    assert [found.name for found in table.named(Role.KEY, Role.LABEL)] == ["order_id", "is_late"]


def test_the_page_shows_features_and_labels_apart(tmp_path: Path) -> None:
    page = features_page(feature_tables(written(tmp_path, KEY, DATE, FEATURE, LABEL), {}))
    features, labels = page.split("| label |")
    assert "## ftr_orders\n\nOne row per order.\n\nKey: `order_id`." in features
    assert "- `as_of_date`: What as_of_date is." in features
    assert "| `price` | What price is. | BRL | last 30 days | purchase |" in features
    assert "| `is_late` | What is_late is. | yes or no | promise + 1 day |" in labels
    assert "is_late" not in features


def test_a_table_without_label_has_no_empty_table_of_labels(tmp_path: Path) -> None:
    assert "| label |" not in features_page(feature_tables(written(tmp_path, KEY, FEATURE), {}))


def test_a_bar_in_a_word_does_not_break_the_table(tmp_path: Path) -> None:
    split = column("x", role="feature", unit="a|b", window="moment", known_at="static")
    assert "| a\\|b |" in features_page(feature_tables(written(tmp_path, KEY, split), {}))


def test_variables_of_numbers_are_shown_by_their_value(tmp_path: Path) -> None:
    named = column(
        "x",
        role="feature",
        unit="orders",
        window="last churn_active_days.sellers days",
        known_at="until open_late_days after as_of_frequency, half_of x_of_y",
    )
    variables = {
        "churn_active_days": {"sellers": 60},
        "open_late_days": 45,
        "as_of_frequency": {"olist": "month"},
        "half_of": 0.5,
    }
    [table] = feature_tables(written(tmp_path, KEY, named), variables)
    [found] = table.named(Role.FEATURE)
    assert found.window == "last 60 days"
    assert found.known_at == "until 45 days after as_of_frequency, 0.5 x_of_y"


@pytest.mark.parametrize(
    ("faulty", "message"),
    [
        (column("price", unit="BRL"), r"ftr_orders.yml: price: config.meta.role is None; give one of key"),
        (column("price", role="fact"), r"role is 'fact'"),
        (column("price", role="feature", unit="BRL", window=" "), r"lacks window, known_at, which a feature needs"),
        (column("is_late", role="label", unit="share"), r"lacks window, which a label needs"),
    ],
)
def test_a_column_that_says_too_little_is_refused_by_name(
    tmp_path: Path, faulty: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        feature_tables(written(tmp_path, KEY, faulty), {})
