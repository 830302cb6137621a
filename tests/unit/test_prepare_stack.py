"""The composed platform's databases are not begun while a password is missing."""

from __future__ import annotations

import psycopg2
import pytest

from ecom_assets.commands.prepare_stack import TOOLS, prepare_stack
from ecom_assets.environment import SettingsError

# No server listens there: whoever connects fails otherwise than by a message about settings.
SERVER = {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "admin", "PGPASSWORD": "p", "PGDATABASE": "ecom"}
PASSWORDS = {"ECOM_POSTGRES_PASSWORD": "e"} | dict.fromkeys(TOOLS.values(), "t")


@pytest.mark.parametrize("name", sorted(PASSWORDS))
def test_a_missing_password_is_named_before_anything_is_done(name: str) -> None:
    said: list[str] = []
    with pytest.raises(SettingsError, match=f"the stack needs {name}; set what is missing"):
        prepare_stack(SERVER | PASSWORDS | {name: ""}, said.append)
    assert not said


@pytest.mark.parametrize("password", ["with@sign", "with/slash", "with space", "50%", "a:b", "line\n"])
def test_a_password_that_no_address_can_hold_is_refused_and_not_repeated(password: str) -> None:
    said: list[str] = []
    with pytest.raises(SettingsError, match=r"^MLFLOW_POSTGRES_PASSWORD would not stand in an address") as refused:
        prepare_stack(SERVER | PASSWORDS | {"MLFLOW_POSTGRES_PASSWORD": password}, said.append)
    assert password not in str(refused.value)
    assert not said


def test_letters_digits_and_plain_marks_are_let_through_to_the_server() -> None:
    fit = dict.fromkeys(TOOLS.values(), "aZ09-._~")
    with pytest.raises(psycopg2.OperationalError):
        prepare_stack(SERVER | PASSWORDS | fit, print)


def test_a_missing_server_is_named_too() -> None:
    with pytest.raises(SettingsError, match="needs PGHOST"):
        prepare_stack(PASSWORDS | SERVER | {"PGHOST": ""}, print)
