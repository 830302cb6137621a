"""What docker-compose.yml says of the services that are run by hand: back-up and restoration of the stack."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ecom_assets.commands.prepare_stack import TOOLS
from ecom_assets.environment import REPOSITORY
from tests.fixtures.compose import composed
from tests.unit.test_compose import DEMANDED, END_BY_THEMSELVES, OPERATIONS


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    return composed(DEMANDED)


def test_operations_are_started_by_hand_with_the_programs_of_the_server(file: dict[str, Any]) -> None:
    profiles = {name: service["profiles"] for name, service in file["services"].items() if "profiles" in service}
    assert profiles == {name: ["operations"] for name in OPERATIONS}
    for name in OPERATIONS:
        service = file["services"][name]
        assert service["image"] == file["services"]["postgres"]["image"]
        assert service["user"] == file["services"]["code"]["user"], "the volumes' owner reads and writes them"
        assert service["networks"] == ["inside"]
        assert service["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}
        assert service["environment"].keys() == {"PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "ECOM_COMMIT"}


def test_every_volume_is_copied_and_put_back_where_others_have_it(file: dict[str, Any]) -> None:
    # The server's own files are not: databases are copied by its programs.
    wanted = {name: f"/{name}" for name in file["volumes"] if name != "postgres"}
    elsewhere = [
        tuple(volume.split(":")[:2])
        for name, service in file["services"].items()
        for volume in service.get("volumes", [])
        if isinstance(volume, str) and name not in OPERATIONS
    ]
    assert {(name, place) for name, place in elsewhere if name != "postgres"} == set(wanted.items())
    mounts = {name: file["services"][name]["volumes"] for name in ("prepare", *sorted(OPERATIONS))}
    named = {name: {each for each in volumes if isinstance(each, str)} for name, volumes in mounts.items()}
    assert named["backup"] == {f"{name}:{place}:ro" for name, place in wanted.items()}
    assert named["restore"] == named["prepare"] == {f"{name}:{place}" for name, place in wanted.items()}
    for name in OPERATIONS:
        words = file["services"][name]["entrypoint"]
        asked = {words[at + 1] for at, word in enumerate(words) if word == "--volume"}
        assert asked == set(wanted.values())
        assert (REPOSITORY / words[1].lstrip("/")).is_file()


def test_back_ups_lie_where_the_environment_says_and_restoring_only_reads_them(file: dict[str, Any]) -> None:
    def binds(found: dict[str, Any], name: str) -> dict[str, tuple[str, bool]]:
        mounts = [volume for volume in found["services"][name]["volumes"] if isinstance(volume, dict)]
        assert all(mount["type"] == "bind" and mount["bind"] == {"create_host_path": False} for mount in mounts)
        return {mount["target"]: (mount["source"], mount.get("read_only", False)) for mount in mounts}

    scripts = {"/deploy": ("./deploy", True)}
    assert binds(file, "backup") == scripts | {"/backups": ("/var/backups/ecommerce", False)}
    elsewhere = composed(DEMANDED | {"ECOM_BACKUP_DIR": "/mnt/back ups"})
    assert binds(elsewhere, "restore") == scripts | {"/backups": ("/mnt/back ups", True)}


def test_the_scripts_know_databases_and_services_by_their_names(file: dict[str, Any]) -> None:
    text = (REPOSITORY / "deploy" / "stack.sh").read_text(encoding="utf-8")
    [databases] = re.findall(r"^databases=\((.*)\)$", text, flags=re.MULTILINE)
    assert databases.split() == [file["services"]["prepare"]["environment"]["PGDATABASE"], *TOOLS]
    [stopped] = re.findall(r'^services="docker compose stop (.*)"$', text, flags=re.MULTILINE)
    writers = {
        name
        for name, service in file["services"].items()
        if {"inside"} & set(service["networks"]) and name not in END_BY_THEMSELVES | {"postgres"}
    }
    assert set(stopped.split()) == writers
