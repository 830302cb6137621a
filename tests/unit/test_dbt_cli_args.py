"""Arguments of dbt commands."""

from __future__ import annotations

import pytest

from ecom_assets.dbt.cli_args import DbtBuildConfig, build_args, unit_test_args


def test_a_build_leaves_unit_tests_to_their_own_step() -> None:
    assert build_args(DbtBuildConfig(), {}) == ["build", "--exclude-resource-type", "unit_test"]


def test_models_of_another_step_are_left_out_with_all_tests_that_touch_them() -> None:
    assert build_args(DbtBuildConfig(), {}, leave_out="tag:later")[-2:] == ["--exclude", "tag:later"]


def test_a_full_refresh_is_passed_on() -> None:
    assert "--full-refresh" in build_args(DbtBuildConfig(full_refresh=True), {})


def test_variables_are_passed_on_as_one_argument() -> None:
    arguments = build_args(DbtBuildConfig(), {"as_of_to": "2018-02-28", "as_of_from": "2018-01-31"})
    assert arguments[-2:] == ["--vars", '{"as_of_from": "2018-01-31", "as_of_to": "2018-02-28"}']


def test_unit_tests_are_selected_by_name() -> None:
    assert unit_test_args(["b", "a"]) == ["test", "--select", "unit_test:a unit_test:b"]


def test_no_unit_test_is_refused_since_dbt_would_run_all() -> None:
    with pytest.raises(ValueError, match="no unit test"):
        unit_test_args([])
