"""``make postgres`` on a real server: each role can do what it must, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from ecom_assets.commands.prepare_postgres import asked, main
from ecom_assets.environment import SettingsError
from ecom_assets.keys import LOADER_ROLE, READER_ROLE, TRANSFORMER_ROLE
from ecom_assets.sql_text import literal
from ecom_assets.warehouse.postgres import PostgresWarehouse
from ecom_assets.warehouse.postgres_roles import ROLES
from ml_assets.contract import TableName
from tests.postgres_server import HOST, PASSWORD, SUPERUSER, PostgresServer

ADMINISTRATOR = "administrator"
PLATFORM = "platform"
PLATFORM_PASSWORD = "of the platform's 'own'"  # noqa: S105

# Made by each role after the rights were granted, as the platform makes them run by run.
MADE_LATER = {
    LOADER_ROLE: """
        create table raw_olist.orders as select 'o1' as order_id;
        create table raw_retailrocket.events as select 1 as visitor_id;
        insert into ops.loads values
            ('olist', 'orders', 'orders.csv', 'sum', 1, 1, 0, 0, timestamp '2018-01-01 00:00:00', 'run');
        insert into ops.rejected_rows values ('olist', 'orders', 'orders.csv', 2, 'too short', 'her words')
    """,
    TRANSFORMER_ROLE: """
        create view staging.stg_olist__orders as select * from raw_olist.orders;
        create table intermediate.int_orders as select * from staging.stg_olist__orders;
        create table marts.fct_orders as select * from intermediate.int_orders;
        create table features.ftr_late_delivery as select * from marts.fct_orders;
        create table predictions.late_delivery as select 0.5 as score;
        create view marts.churn_scores as select seller_id as entity_id from predictions.churn_olist_sellers
    """,
}

ADD_PROMOTION = """
    insert into ops.promotions (decided_at, model_name, verdict, reason)
    values (timestamp '2018-09-01 00:00:00', 'm', 'kept', 'no better')
"""
ADD_SCORE = """
    insert into predictions.churn_olist_sellers values (
        's1', date '2018-08-31', 0.5, 'high', '[]', '1', timestamp '2018-09-01 00:00:00', false
    )
"""

MAY = [
    (LOADER_ROLE, "truncate raw_olist.orders; insert into raw_olist.orders values ('o2')"),
    (LOADER_ROLE, "delete from ops.rejected_rows; update ops.loads set run_id = 'other'"),
    (LOADER_ROLE, "drop table raw_olist.orders cascade; create table raw_olist.orders (order_id text)"),
    (TRANSFORMER_ROLE, "select order_id, visitor_id from raw_olist.orders, raw_retailrocket.events"),
    (TRANSFORMER_ROLE, "select loaded_at, raw_line from ops.loads, ops.rejected_rows"),
    (TRANSFORMER_ROLE, "insert into ops.model_inputs values ('m', 's', 't', 'f', 'h'); delete from ops.model_inputs"),
    (TRANSFORMER_ROLE, f"{ADD_PROMOTION}; delete from ops.promotions; delete from ops.scoreboard"),
    (TRANSFORMER_ROLE, f"{ADD_SCORE}; delete from predictions.churn_olist_sellers"),
    (TRANSFORMER_ROLE, "alter table predictions.churn_olist_sellers add column expected_value double precision"),
    (TRANSFORMER_ROLE, "create table marts.sales as select * from raw_olist.orders; drop table marts.sales"),
    (TRANSFORMER_ROLE, "create temporary table unit_test as select * from staging.stg_olist__orders"),
    (TRANSFORMER_ROLE, "delete from predictions.late_delivery; drop view staging.stg_olist__orders"),
    (READER_ROLE, "select order_id from marts.fct_orders"),
    (READER_ROLE, "select order_id, score from features.ftr_late_delivery, predictions.late_delivery"),
    (READER_ROLE, "select verdict from ops.promotions; select achieved from ops.scoreboard"),
    (READER_ROLE, "select score from predictions.churn_olist_sellers, marts.churn_scores"),
    (READER_ROLE, "select run_id from ops.loads; select model_name from ops.model_inputs"),
    (READER_ROLE, "select count(*), min(reason), min(line_number) from ops.rejected_rows"),
]
MAY_NOT = [
    (LOADER_ROLE, "select * from staging.stg_olist__orders"),
    (LOADER_ROLE, "select * from marts.fct_orders"),
    (LOADER_ROLE, "select * from predictions.churn_olist_sellers"),
    (LOADER_ROLE, "create table marts.sales (n int)"),
    (LOADER_ROLE, "create table public.sales (n int)"),
    (LOADER_ROLE, "create schema other"),
    (LOADER_ROLE, "create role other"),
    (TRANSFORMER_ROLE, "delete from raw_olist.orders"),
    (TRANSFORMER_ROLE, "drop table raw_olist.orders"),
    (TRANSFORMER_ROLE, "create table raw_olist.more (n int)"),
    (TRANSFORMER_ROLE, "delete from ops.loads"),
    (TRANSFORMER_ROLE, "insert into ops.rejected_rows select * from ops.rejected_rows"),
    (TRANSFORMER_ROLE, "create table ops.more (n int)"),
    (TRANSFORMER_ROLE, "create table public.sales (n int)"),
    (TRANSFORMER_ROLE, "create schema other"),
    (READER_ROLE, "select * from raw_olist.orders"),
    (READER_ROLE, "select * from staging.stg_olist__orders"),
    (READER_ROLE, "select * from intermediate.int_orders"),
    (READER_ROLE, "select raw_line from ops.rejected_rows"),
    (READER_ROLE, "delete from marts.fct_orders"),
    (READER_ROLE, ADD_PROMOTION),
    (READER_ROLE, ADD_SCORE),
    (READER_ROLE, "insert into ops.model_inputs values ('m', 's', 't', 'f', 'h')"),
    (READER_ROLE, "create table marts.sales (n int)"),
    (READER_ROLE, "create table public.sales (n int)"),
]

# All that the command could change, as text.
STATE = """
    select 'relation', relnamespace::regnamespace::text || '.' || relname, relowner::regrole::text, relacl::text
    from pg_class where relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    union all select 'schema', nspname, nspowner::regrole::text, nspacl::text from pg_namespace where nspname !~ '^pg_t'
    union all select 'default', defaclnamespace::regnamespace::text, defaclrole::regrole::text, defaclacl::text
    from pg_default_acl
    union all select 'column', attrelid::regclass::text, attname, attacl::text
    from pg_attribute where attacl is not null
    union all select 'member', roleid::regrole::text, member::regrole::text, grantor::regrole::text from pg_auth_members
    union all select 'role', rolname, rolpassword, concat(rolcanlogin, rolinherit, rolsuper, rolcreaterole, rolcreatedb)
    from pg_authid
    union all select 'database', datname, datdba::regrole::text, datacl::text from pg_database
    order by 1, 2, 3, 4
"""

Prepare = Callable[..., int]


@pytest.fixture
def postgres_server(lone_postgres_server: PostgresServer) -> PostgresServer:
    """Return the server on which roles are made."""
    return lone_postgres_server


@pytest.fixture
def prepare(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Return ``make postgres`` for a database, as an administrator who is no superuser."""
    if not postgres_server.query("postgres", f"select 1 from pg_roles where rolname = '{ADMINISTRATOR}'"):
        postgres_server.query(
            "postgres", f"create role {ADMINISTRATOR} login createdb createrole password {literal(PASSWORD)}"
        )

    def run(database: str, *arguments: str, **variables: str) -> int:
        environment = postgres_server.environment(database) | {"PGUSER": ADMINISTRATOR} | variables
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return main(arguments)

    return run


@pytest.fixture
def prepared(postgres_server: PostgresServer, prepare: Prepare, request: pytest.FixtureRequest) -> str:
    """Return a database with roles, in which each role has made something since."""
    name = str(request.node.name)[:63]
    assert prepare(name, "--roles") == 0
    for role, sql in MADE_LATER.items():
        postgres_server.query(name, sql, role=role)
    return name


def test_each_role_can_do_what_it_must(postgres_server: PostgresServer, prepared: str) -> None:
    for role, sql in MAY:
        # Undone each time, so that no statement lives on what another has done.
        postgres_server.query(prepared, f"begin; {sql}; rollback", role=role)


def test_no_role_can_do_more(postgres_server: PostgresServer, prepared: str) -> None:
    for role, sql in MAY_NOT:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match=r"permission denied|must be owner"):
            postgres_server.query(prepared, f"begin; {sql}; rollback", role=role)


def test_a_table_that_is_newer_than_the_roles_is_made_by_the_next_load_with_its_rights(
    postgres_server: PostgresServer, prepared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = postgres_server.query(prepared, STATE)
    postgres_server.query(prepared, "drop table ops.promotions")
    postgres_server.query(prepared, "drop table predictions.churn_olist_sellers cascade")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    warehouse = PostgresWarehouse(
        host=HOST, port=postgres_server.port, database=prepared, user=SUPERUSER, use_roles=True
    )
    with warehouse.raw_table("olist", TableName("raw_olist", "orders"), tmp_path):
        pass
    postgres_server.query(prepared, MADE_LATER[TRANSFORMER_ROLE].rsplit(";", 1)[1], role=TRANSFORMER_ROLE)
    assert postgres_server.query(prepared, STATE) == before


def test_a_second_time_changes_nothing(
    postgres_server: PostgresServer, prepare: Prepare, prepared: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--roles", "--login", PLATFORM)
    assert prepare(prepared, *arguments, ECOM_POSTGRES_PASSWORD=PLATFORM_PASSWORD) == 0
    before = postgres_server.query(prepared, STATE)
    assert len(before) > 30
    capsys.readouterr()
    assert prepare(prepared, *arguments, ECOM_POSTGRES_PASSWORD="another") == 0  # noqa: S106
    assert postgres_server.query(prepared, STATE) == before
    assert f"database {prepared} exists and is fit" in capsys.readouterr().out


def test_the_database_alone_is_made_without_any_role(
    postgres_server: PostgresServer, prepare: Prepare, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare("plain") == 0
    assert "database plain created" in capsys.readouterr().out
    assert postgres_server.query("plain", "select 'B' < 'a', lower('São')") == [(True, "são")]
    assert postgres_server.query("plain", "select 1 from pg_namespace where nspname = 'ops'") == []
    assert prepare("plain") == 0


@pytest.mark.parametrize(
    ("locale", "reason"),
    [
        ("encoding 'UTF8' lc_collate 'C' lc_ctype 'C'", "its letters are those of C, without accents"),
        ("encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'", "its encoding is SQL_ASCII, not UTF8 and its letters"),
    ],
    ids=["letters", "encoding"],
)
def test_a_database_with_other_text_is_refused_and_left_alone(
    postgres_server: PostgresServer,
    prepare: Prepare,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
    locale: str,
    reason: str,
) -> None:
    name = f"unfit_{request.node.callspec.id}"
    postgres_server.query("postgres", f"create database {name} template template0 {locale}")
    assert prepare(name, "--roles") == 2
    error = capsys.readouterr().err
    assert f"error: database {name} exists, but {reason}" in error
    assert "name another database in PGDATABASE" in error
    assert postgres_server.query(name, "select 1 from pg_namespace where nspname = 'ops'") == []


def test_what_stood_before_there_were_roles_is_given_to_them(postgres_server: PostgresServer, prepare: Prepare) -> None:
    assert prepare("grown") == 0
    postgres_server.query(
        "grown",
        """
        create schema raw_olist; create table raw_olist.orders as select 'o1' as order_id;
        create schema staging; create view staging.stg_olist__orders as select * from raw_olist.orders;
        create schema marts; create table marts.fct_orders as select * from staging.stg_olist__orders
        """,
        user=ADMINISTRATOR,
    )
    assert prepare("grown", "--roles") == 0
    assert postgres_server.query("grown", "select * from marts.fct_orders", role=READER_ROLE) == [("o1",)]
    assert postgres_server.query("grown", "select * from staging.stg_olist__orders", role=TRANSFORMER_ROLE) == [("o1",)]
    postgres_server.query("grown", "drop table marts.fct_orders", role=TRANSFORMER_ROLE)
    postgres_server.query("grown", "truncate raw_olist.orders", role=LOADER_ROLE)


def test_the_platforms_user_may_do_nothing_before_taking_a_role(
    postgres_server: PostgresServer, prepare: Prepare, prepared: str
) -> None:
    as_platform: dict[str, Any] = {"user": "newcomer", "password": PLATFORM_PASSWORD}
    assert prepare(prepared, "--roles", "--login", "newcomer", ECOM_POSTGRES_PASSWORD=PLATFORM_PASSWORD) == 0
    for table in ("raw_olist.orders", "staging.stg_olist__orders", "marts.fct_orders", "ops.loads"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="permission denied"):
            postgres_server.query(prepared, f"select * from {table}", **as_platform)
    for role in ROLES:
        assert postgres_server.query(prepared, "select current_user", role=role, **as_platform) == [(role,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="permission denied to set role"):
        postgres_server.query(prepared, "select 1", role=ADMINISTRATOR, **as_platform)


def test_a_password_is_neither_printed_nor_logged(
    postgres_server: PostgresServer, prepare: Prepare, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "never to be seen"  # noqa: S105
    # Only a superuser may ask the server to log all that it is told.
    variables = {"PGUSER": SUPERUSER, "PGOPTIONS": "-c log_statement=all", "ECOM_POSTGRES_PASSWORD": secret}
    assert prepare("guarded", "--roles", "--login", "discreet", **variables) == 0
    said = capsys.readouterr()
    assert "user discreet is new, and may take them on" in said.out
    log = postgres_server.log
    assert re.search(r'create role "discreet" login noinherit password \'SCRAM-SHA-256', log)
    assert secret not in said.out + said.err + log


def test_a_new_user_without_a_password_is_refused_before_anything_is_done(
    postgres_server: PostgresServer, prepare: Prepare, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare("halfway", "--roles", "--login", "nobody_yet", ECOM_POSTGRES_PASSWORD="") == 2
    assert "put the password of the new user into ECOM_POSTGRES_PASSWORD" in capsys.readouterr().err
    assert postgres_server.query("halfway", "select 1 from pg_namespace where nspname = 'ops'") == []


def test_an_administrator_without_the_right_is_told_so(
    postgres_server: PostgresServer, prepare: Prepare, capsys: pytest.CaptureFixture[str]
) -> None:
    postgres_server.query("postgres", f"create role visitor login password {literal(PASSWORD)}")
    assert prepare("out_of_reach", "--roles", PGUSER="visitor") == 2
    error = capsys.readouterr().err
    assert "permission denied to create database" in error
    assert "PGUSER must be one who may create databases and roles" in error


@pytest.mark.parametrize(
    ("arguments", "missing", "message"),
    [
        ([], ("PGHOST", "PGDATABASE"), "make postgres needs PGHOST, PGDATABASE; set what is missing"),
        (["--login", "someone"], (), "add --roles"),
    ],
    ids=["variables", "login"],
)
def test_what_cannot_be_asked_for_is_refused(arguments: list[str], missing: tuple[str, ...], message: str) -> None:
    names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")
    with pytest.raises(SettingsError, match=message):
        asked(arguments, {name: "there" for name in names if name not in missing})
