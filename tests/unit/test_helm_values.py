"""Values for Dagster's chart say of image, code and settings what the repository says; no cluster is asked."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import yaml

from ecom_assets.environment import REPOSITORY, load_settings
from ecom_assets.instance import instance_settings
from tests.fixtures.compose import composed
from tests.unit.test_compose import DEMANDED

# From the config map and the secret that the values name.
PASSED_ON = {"PGHOST": "h", "PGPORT": "5432", "PGUSER": "platform", "PGPASSWORD": "p", "PGDATABASE": "ecom"}


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / "deploy" / "helm-values.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def deployment(values: dict[str, Any]) -> dict[str, Any]:
    [found] = values["dagster-user-deployments"]["deployments"]
    assert isinstance(found, dict)
    return found


def test_image_and_user_are_those_of_the_composed_platform(deployment: dict[str, Any]) -> None:
    code = composed(DEMANDED)["services"]["code"]
    assert f"{deployment['image']['repository']}:{deployment['image']['tag']}" == code["image"]
    security = deployment["securityContext"]
    assert f"{security['runAsUser']}:{security['runAsGroup']}" == code["user"]
    assert security["runAsNonRoot"]


def test_the_server_loads_the_module_that_the_project_names(deployment: dict[str, Any]) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["dg"]["project"]
    assert deployment["dagsterApiGrpcArgs"] == ["--module-name", project["code_location_target_module"]]


def test_its_settings_are_accepted_and_lie_in_volumes(deployment: dict[str, Any]) -> None:
    environ = {each["name"]: each["value"] for each in deployment["env"]}
    assert not environ.keys() & PASSED_ON.keys()
    settings = load_settings(environ | PASSED_ON)
    assert settings.postgres is not None
    assert settings.postgres.use_roles
    mounted = {each["mountPath"] for each in deployment["volumeMounts"]}
    assert mounted == {str(settings.home), str(settings.raw_dir), str(settings.reports_dir)}
    assert {each["name"] for each in deployment["volumeMounts"]} == {each["name"] for each in deployment["volumes"]}


def test_the_pool_has_the_limit_that_it_has_elsewhere(values: dict[str, Any]) -> None:
    written = instance_settings(load_settings({"ECOM_TARGET": "postgres"} | PASSED_ON))
    assert values["additionalInstanceConfig"] == {"concurrency": written["concurrency"], "nux": written["nux"]}
    monitoring = written["run_monitoring"]
    assert isinstance(monitoring, dict)
    asked = values["dagsterDaemon"]["runMonitoring"]
    assert asked["enabled"]
    assert asked["freeSlotsAfterRunEndSeconds"] == monitoring["free_slots_after_run_end_seconds"]


def test_no_value_is_a_secret(values: dict[str, Any], deployment: dict[str, Any]) -> None:
    assert not values["generatePostgresqlPasswordSecret"]
    assert "postgresqlPassword" not in values["postgresql"]
    assert not [each["name"] for each in deployment["env"] if "PASSWORD" in each["name"] or "WEBHOOK" in each["name"]]
