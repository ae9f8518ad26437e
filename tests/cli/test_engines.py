"""Inputs that are not what an engine reads: one clear line, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from sojourn.language import load_framework
from sojourn.standards import runs
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.databases import open_database
from tests import sessions
from tests.cli.conftest import FRAMEWORK, Desk

PEOPLE = pl.DataFrame({"id": ["a", "b"], "age": [16, 40]})


def _refused(desk: Desk, engine: str, given: str, *options: str) -> str:
    """What is said: one line, after a look that nothing else is."""
    sessions.session(engine)
    done = desk.assess(given, "--engine", engine, *options)
    said = [line for line in done.said.splitlines() if line]
    assert done.code == 2, done.said
    assert "Traceback" not in done.said
    assert desk.leftovers() == []
    assert len(said) == 1, said
    return said[0]


def _refused_by_spark(desk: Desk, given: str) -> str:
    """The same for Spark, which is started once for all tests."""
    sessions.session("spark")
    framework = load_framework(FRAMEWORK)
    with (
        pytest.raises(BadTableError) as caught,
        open_database("spark", given, framework) as source,
    ):
        runs.run(framework, source, desk.folder / "out.csv")
    assert desk.leftovers() == []
    return str(caught.value)


def _refusals(desk: Desk, name: str) -> list[str]:
    """What is said about a file or a folder of the desk."""
    return [_refused(desk, "duckdb", name), _refused_by_spark(desk, str(desk.folder / name))]


def test_a_file_that_is_not_there(desk: Desk) -> None:
    for message in _refusals(desk, "nobody.parquet"):
        assert "there is no file nobody.parquet" in message


def test_a_folder_without_tables(desk: Desk) -> None:
    desk.write("survey/notes.txt", "nothing")
    for message in _refusals(desk, "survey"):
        assert "the folder survey holds no" in message


def test_a_damaged_parquet_file(desk: Desk) -> None:
    PEOPLE.write_parquet(desk.folder / "people.parquet")
    whole = (desk.folder / "people.parquet").read_bytes()
    desk.write("people.parquet", whole[: len(whole) // 2])
    for message in _refusals(desk, "people.parquet"):
        assert "people.parquet is not a Parquet file, or it is damaged" in message


def test_a_parquet_file_whose_cells_are_damaged(desk: Desk) -> None:
    pl.DataFrame({"id": range(9999), "age": [at % 90 for at in range(9999)]}).write_parquet(
        desk.folder / "people.parquet", compression="snappy"
    )
    whole = bytearray((desk.folder / "people.parquet").read_bytes())
    whole[40:4000] = b"\xff" * 3960
    desk.write("people.parquet", bytes(whole))
    for message in _refusals(desk, "people.parquet"):
        assert "could not read the tables to their end" in message


@pytest.mark.parametrize("content", [b"id,age\na,16\n", b"", b"\0" * 9999])
def test_something_else_under_the_name_of_a_database(desk: Desk, content: bytes) -> None:
    desk.write("people.duckdb", content)
    assert "people.duckdb is not a DuckDB database" in _refused(desk, "duckdb", "people.duckdb")


def test_a_database_without_tables(desk: Desk) -> None:
    import duckdb

    sessions.session("duckdb")
    duckdb.connect(desk.folder / "people.duckdb").close()
    assert "people.duckdb holds no tables" in _refused(desk, "duckdb", "people.duckdb")


def test_a_table_that_a_database_does_not_have(desk: Desk) -> None:
    import duckdb

    sessions.session("duckdb")
    with duckdb.connect(desk.folder / "people.duckdb") as database:
        database.execute("CREATE TABLE people (id INT, age INT)")
    message = _refused(desk, "duckdb", "people.duckdb", "--table", 'x"; DROP TABLE people')
    assert 'holds no table x"; DROP TABLE people' in message


def test_a_workbook(desk: Desk) -> None:
    PEOPLE.write_excel(desk.folder / "people.xlsx")
    assert "duckdb reads .csv and .parquet, not people.xlsx" in _refused(
        desk, "duckdb", "people.xlsx"
    )


def test_a_csv_file_for_spark(desk: Desk) -> None:
    desk.write("people.csv", "id,age\na,16\n")
    assert "spark reads .parquet, not people.csv" in _refused_by_spark(
        desk, str(desk.folder / "people.csv")
    )


def test_a_spark_table_that_is_not_there(desk: Desk) -> None:
    assert "Spark has no table of that name" in _refused_by_spark(desk, "table:nobody")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://u:s3cret@127.0.0.1:1/db#people", "127.0.0.1, database db cannot be reached"),
        ("postgresql://u:s3cret@127.0.0.1:99999/db#people", "cannot be reached"),
        ("postgresql://u:s3cret@127.0.0.1:port/db#people", "cannot be reached"),
        ("postgresql://u:s3cret@[::1/db#people", "not an address of PostgreSQL"),
        ("postgresql://u:s3c%zzret@127.0.0.1/db#people", "not an address of PostgreSQL"),
        ("postgresql://u:s3cret@127.0.0.1/db", "name the table to read"),
        ("mysql://u:s3cret@127.0.0.1/db#people", "reads postgresql://HOST/DATABASE#TABLE"),
        ("postgresql://u:s3cret@127.0.0.1/db?nonsense=1#people", "not an address of PostgreSQL"),
    ],
)
def test_an_address_that_leads_nowhere(desk: Desk, address: str, said: str) -> None:
    message = _refused(desk, "postgres", address)
    assert said in message
    assert "s3c" not in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda address: address.replace("/sojourn?", "/nobody?"), "database nobody cannot be"),
        (lambda address: address.replace("sojourn@", "nobody:s3cret@"), "cannot be reached"),
        (lambda address: address + "#nobody", "holds no table"),
        (lambda address: address + "#nowhere.nobody", "holds no tables in the schema nowhere"),
        (lambda address: address + "#'; DROP SCHEMA public --.x", "holds no tables in the schema"),
    ],
)
def test_an_address_with_something_wrong(
    desk: Desk, change: Callable[[str], str], said: str
) -> None:
    sessions.session("postgres")
    address = change(sessions.postgres_address())
    message = _refused(desk, "postgres", address if "#" in address else address + "#people")
    assert said in message
    assert "s3cret" not in message
