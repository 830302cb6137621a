"""What docker-compose.yml tells an engine: valid by the specification's schema, closed to the outside, and complete."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft202012Validator, ValidationError

from ecom_assets.commands.code_server import LOCATION_NAME
from ecom_assets.commands.prepare_stack import LOGIN, TOOLS
from ecom_assets.environment import ALERT_WEBHOOK, DAGSTER_POSTGRES_URL, REPOSITORY, load_settings
from ecom_assets.instance import instance_settings
from tests.fixtures.compose import MissingVariableError, Service, composed, declared, services, variables

# The specification's own, as the package check-jsonschema brings it.
SCHEMA = "vendor.compose-spec"
# In .env.example, without values: nothing starts before somebody has thought of them.
DEMANDED = {
    "POSTGRES_PASSWORD": "administrators",
    "ECOM_POSTGRES_PASSWORD": "platforms",
    "DAGSTER_POSTGRES_PASSWORD": "dagsters",
    "MLFLOW_POSTGRES_PASSWORD": "mlflows",
    "ECOM_LANDING_DIR": "/srv/landing",
}
SECRETS = sorted(name for name in DEMANDED if name.endswith("PASSWORD"))
PAGES = {"mlflow", "webserver", "reports"}
# Run by hand, and by nothing else.
OPERATIONS = {"backup", "restore"}
END_BY_THEMSELVES = {"prepare"} | OPERATIONS
EXACT = re.compile(r":(\d+\.){1,2}\d+(-[a-z]+)?$|:\d+\.\d+\.\d+-slim-[a-z]+$")


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    return composed(DEMANDED)


@pytest.fixture(scope="module")
def found() -> Mapping[str, Service]:
    return services(DEMANDED)


def test_the_file_is_valid_by_the_schema_of_the_specification(file: dict[str, Any]) -> None:
    validator = Draft202012Validator(get_builtin_schema(SCHEMA))
    validator.validate(file)
    validator.validate(declared())
    broken = deepcopy(file)
    broken["services"]["code"]["helthcheck"] = {}
    with pytest.raises(ValidationError, match="helthcheck"):
        validator.validate(broken)


@pytest.mark.parametrize("name", sorted(DEMANDED))
def test_nothing_starts_while_a_value_is_missing(name: str) -> None:
    for without in (DEMANDED | {name: ""}, {key: value for key, value in DEMANDED.items() if key != name}):
        with pytest.raises(MissingVariableError, match=rf"{name}: set it in \.env"):
            composed(without)


def test_the_example_names_every_variable_and_no_value_that_works() -> None:
    lines = (REPOSITORY / ".env.example").read_text(encoding="utf-8").splitlines()
    assignments = dict(line.removeprefix("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))
    assert assignments.keys() == variables()
    given = {line.split("=", 1)[0]: line.split("=", 1)[1] for line in lines if line[:1].isupper()}
    assert given == dict.fromkeys(DEMANDED, "")


def test_no_image_moves_and_no_container_is_root(file: dict[str, Any]) -> None:
    for name, service in file["services"].items():
        assert EXACT.search(service["image"]), name
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "privileged" not in service, name
    assert not EXACT.search("postgres:latest")
    assert not EXACT.search("postgres")
    assert not EXACT.search("postgres:18")


def test_every_service_is_watched_started_again_and_limited(file: dict[str, Any]) -> None:
    for name, service in file["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= limits.keys(), name
        if name in END_BY_THEMSELVES:
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", name
        check = service["healthcheck"]
        assert {"test", "interval", "timeout", "retries", "start_period"} <= check.keys(), name


def test_only_the_pages_are_reached_from_outside_and_from_this_machine_alone(file: dict[str, Any]) -> None:
    assert {name for name, service in file["services"].items() if "ports" in service} == PAGES
    ports = [port for service in file["services"].values() for port in service.get("ports", [])]
    assert sorted(ports) == ["127.0.0.1:3000:3000", "127.0.0.1:3001:3001", "127.0.0.1:5000:5000"]
    assert file["networks"]["inside"] == {"internal": True}
    in_each = {
        network: {name for name, service in file["services"].items() if network in service["networks"]}
        for network in file["networks"]
    }
    assert in_each["pages"] == PAGES
    assert in_each["outwards"] == {"code"}, "the server of the code runs what it is told to: only the inside reaches it"
    assert file["services"]["postgres"]["networks"] == ["inside"]
    assert file["services"]["reports"]["networks"] == ["pages"], "a page needs no store"
    elsewhere = composed(DEMANDED | {"ECOM_BIND_ADDRESS": "10.0.0.5", "ECOM_UI_PORT": "80"})
    assert elsewhere["services"]["webserver"]["ports"] == ["10.0.0.5:80:3000"]


def test_a_password_is_known_to_those_who_need_it(found: Mapping[str, Service]) -> None:
    known = {
        secret: {
            name
            for name, service in found.items()
            if any(DEMANDED[secret] in value for value in service.environment.values())
        }
        for secret in SECRETS
    }
    assert known == {
        "POSTGRES_PASSWORD": {"postgres", "prepare"} | OPERATIONS,
        "ECOM_POSTGRES_PASSWORD": {"prepare", "code"},
        "DAGSTER_POSTGRES_PASSWORD": {"prepare", "code", "webserver", "daemon"},
        "MLFLOW_POSTGRES_PASSWORD": {"prepare", "mlflow"},
    }
    words = [word for service in found.values() for word in (*service.command, *service.health_check)]
    assert not [word for word in words for secret in SECRETS if DEMANDED[secret] in word], "commands are seen by all"


def test_the_webhook_is_passed_on_and_stands_in_no_file() -> None:
    passed_on = {
        (name, variable)
        for name, service in declared()["services"].items()
        for variable, value in service.get("environment", {}).items()
        if value is None
    }
    assert passed_on == {("code", ALERT_WEBHOOK)}
    address = "https://hooks.example/secret"
    assert services(DEMANDED | {ALERT_WEBHOOK: address})["code"].environment[ALERT_WEBHOOK] == address


def test_the_code_starts_with_automation_and_writes_into_its_volumes(found: Mapping[str, Service]) -> None:
    settings = load_settings(found["code"].environment)
    assert settings.automation
    assert (settings.home, settings.raw_dir) == (Path("/data"), Path("/landing"))
    assert (settings.dagster_home, settings.reports_dir) == (Path("/dagster"), Path("/reports"))
    assert settings.dagster_in_postgres
    assert settings.run_launcher == "CodeServerRunLauncher"
    assert settings.mlflow_tracking_uri == "http://mlflow:5000"
    assert settings.alert_webhook is None
    assert not load_settings(services(DEMANDED | {"ECOM_AUTOMATION": "off"})["code"].environment).automation
    assert load_settings(found["reports"].environment).reports_dir == settings.reports_dir


def test_pages_link_to_where_people_reach_the_others() -> None:
    local = load_settings(services(DEMANDED)["code"].environment)
    assert (local.reports_url, local.dagster_url, local.mlflow_url) == (
        "http://localhost:3001",
        "http://localhost:3000",
        "http://localhost:5000",
    )
    ports = {"ECOM_REPORTS_PORT": "81", "ECOM_UI_PORT": "80", "ECOM_MLFLOW_PORT": "82"}
    other_ports = load_settings(services(DEMANDED | ports)["code"].environment)
    assert (other_ports.reports_url, other_ports.dagster_url, other_ports.mlflow_url) == (
        "http://localhost:81",
        "http://localhost:80",
        "http://localhost:82",
    )
    names = {
        "ECOM_REPORTS_URL": "https://reports.example",
        "ECOM_DAGSTER_URL": "https://dagster.example",
        "ECOM_MLFLOW_URL": "https://mlflow.example",
    }
    proxied = load_settings(services(DEMANDED | ports | names)["code"].environment)
    assert [proxied.reports_url, proxied.dagster_url, proxied.mlflow_url] == list(names.values())


def test_the_settings_that_the_document_shows_are_those_that_the_code_writes(found: Mapping[str, Service]) -> None:
    text = (REPOSITORY / "docs" / "deployment.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    written = instance_settings(load_settings(found["code"].environment))
    alike = {"event_log_storage", "schedule_storage"}
    assert yaml.safe_load(shown) == {name: value for name, value in written.items() if name not in alike}
    places = [written[name] for name in ("run_storage", *alike)]
    assert [place["config"] for place in places if isinstance(place, dict)] == [
        yaml.safe_load(shown)["run_storage"]["config"]
    ] * 3


def test_what_one_service_names_another_one_is(file: dict[str, Any], found: Mapping[str, Service]) -> None:
    code = found["code"]
    assert code.environment["PGUSER"] == LOGIN
    assert (code.environment["PGHOST"], code.environment["PGDATABASE"]) == (
        found["prepare"].environment["PGHOST"],
        found["prepare"].environment["PGDATABASE"],
    )
    for tool, address in (
        ("dagster", found["daemon"].environment[DAGSTER_POSTGRES_URL]),
        ("mlflow", found["mlflow"].environment["MLFLOW_BACKEND_STORE_URI"]),
    ):
        assert address == f"postgresql+psycopg2://{tool}:{DEMANDED[TOOLS[tool]]}@postgres:5432/{tool}"
    for name in ("webserver", "daemon"):
        assert found[name].environment["ECOM_CODE_HOST"] == "code"
        assert found[name].environment["ECOM_CODE_PORT"] == code.command[-1]
    [location] = yaml.safe_load((REPOSITORY / "deploy" / "workspace.yaml").read_text())["load_from"]
    assert location["grpc_server"] == {
        "host": {"env": "ECOM_CODE_HOST"},
        "port": {"env": "ECOM_CODE_PORT"},
        "location_name": LOCATION_NAME,
    }
    mounted = {
        volume.split(":")[0]
        for service in file["services"].values()
        for volume in service.get("volumes", [])
        if isinstance(volume, str)
    }
    assert mounted == file["volumes"].keys()


def test_the_landing_folder_and_the_pages_are_only_read(file: dict[str, Any]) -> None:
    [landing] = [volume for volume in file["services"]["code"]["volumes"] if isinstance(volume, dict)]
    assert landing == {
        "type": "bind",
        "source": "/srv/landing",
        "target": "/landing",
        "read_only": True,
        "bind": {"create_host_path": False},
    }
    assert file["services"]["reports"]["volumes"] == ["reports:/reports:ro"]
