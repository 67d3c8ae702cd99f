"""The roles of the database and what each may do: what is lacking, and how it is mended.

Whoever upgrades the database mends what the server lets them. The rest is told as the statements that a database administrator runs: where roles
are not the owner's to make, everything works all the same, but nothing but our own code keeps the public from the events.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError

from trygghetskarta.errors import ForbiddenError, InvalidQuestionError
from trygghetskarta.store.faces import Face
from trygghetskarta.store.grants import INGEST_OWNS, PUBLIC_FUNCTIONS, Right, rights

_SIGNED_IN = tuple(face for face in Face if face is not Face.OWNER)
_ROLES = text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:names)")
_MIGHTY = text("""
    SELECT rolname FROM pg_roles WHERE rolname = ANY(:names) AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
""")
_UNLIMITED = text("""
    SELECT rolname FROM pg_roles
    WHERE rolname = ANY(:names) AND NOT EXISTS (SELECT FROM unnest(rolconfig) chosen WHERE chosen LIKE 'statement_timeout=%')
""")
# What a prompt that chooses nothing gets; the service chooses by its settings.
_SECONDS = {Face.PUBLIC: 2, Face.STAFF: 10}
_MAY = {
    "DATABASE": text("SELECT coalesce(has_database_privilege(to_regrole(:face), :name, :verb), false)"),
    "SCHEMA": text("SELECT coalesce(has_schema_privilege(to_regrole(:face), :name, :verb), false)"),
}
_MEMBER = text("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = to_regrole('tk_public') ORDER BY 1")
_HERE = text("""
    SELECT current_schema() AS schema, current_database() AS database, current_user AS owner,
        (SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'postgis') AS postgis,
        pg_has_role(current_user, to_regrole('tk_ingest'), 'MEMBER') AS owns_ingest,
        has_schema_privilege('public', current_schema(), 'CREATE') AS anyone_makes,
        has_database_privilege('public', current_database(), 'TEMPORARY') AS anyone_fills
""")
# An owner's rights are no grants, and are left alone.
_HELD = text("""
    SELECT relname, NULL AS attname, coalesce(rolname, 'public') AS grantee, privilege_type
    FROM pg_class, aclexplode(relacl) LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:tables) AND grantee <> relowner
        AND (grantee = 0 OR rolname = ANY(:names))
    UNION ALL
    SELECT relname, attname, coalesce(rolname, 'public'), privilege_type
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl) LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:tables) AND grantee <> relowner
        AND (grantee = 0 OR rolname = ANY(:names))
""")
_TABLES = text("""
    SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f')
        AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
""")
_NOT_INGESTS = text("""
    SELECT pg_class.oid::regclass::text FROM pg_class
    WHERE (pg_class.oid = to_regclass(:table) OR pg_class.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(:table)))
        AND relowner IS DISTINCT FROM to_regrole('tk_ingest') ORDER BY 1
""")
_FUNCTIONS = text("""
    SELECT pg_proc.oid::regprocedure::text AS signature, proname AS name, has_function_privilege('public', pg_proc.oid, 'EXECUTE') AS open,
        has_function_privilege(current_user, pg_proc.oid, 'EXECUTE') AS owners,
        (SELECT count(*) FROM aclexplode(proacl) WHERE grantee = to_regrole('tk_public')) > 0 AS publics,
        (SELECT count(*) FROM aclexplode(proacl) WHERE grantee = to_regrole('tk_staff')) > 0 AS staffs
    FROM pg_depend JOIN pg_proc ON pg_proc.oid = objid AND classid = 'pg_proc'::regclass
    JOIN pg_extension ON pg_extension.oid = refobjid AND refclassid = 'pg_extension'::regclass
    WHERE deptype = 'e' AND extname = 'postgis' ORDER BY 1
""")


def build_wall(connection: Connection) -> list[str]:
    """Make the roles and give each what it may do, as far as the server lets whoever is connected; change nothing that is as it should be.

    Args:
        connection: Inside a transaction, after the tables are made.

    Returns:
        The statements that are left for a database administrator; none where the wall is whole.
    """
    # A role must be there before anything can be given to it.
    for _ in range(2):
        for statement in lacking(connection):
            _tried(connection, statement)
    return lacking(connection)


def lacking(connection: Connection) -> list[str]:
    """Give the statements that would make the wall whole, in the order that they are to be run; none where it is."""
    return [*_of_roles(connection), *_of_surroundings(connection), *_of_tables(connection), *_of_functions(connection)]


def let_in(engine: Engine, addresses: Mapping[Face, str]) -> None:
    """Let roles sign in with the passwords of their addresses.

    Args:
        engine: The database, as somebody who may change roles.
        addresses: Where each role signs in.

    Raises:
        ForbiddenError: Whoever is connected may not change roles.
        InvalidQuestionError: An address signs in as another than its role.
    """
    for face, address in addresses.items():
        if make_url(address).username != face:
            raise InvalidQuestionError(
                f"Adressen för {face} loggar in som någon annan.", f"The address of {face} signs in as somebody else."
            )
    try:
        with engine.begin() as connection:
            driver = cast("psycopg.Connection", connection.connection.driver_connection)
            for face, address in addresses.items():
                password = make_url(address).password
                # Only its verifier is sent, and stands in no log.
                kept = driver.pgconn.encrypt_password(password.encode(), face.encode(), b"scram-sha-256").decode() if password else None
                statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(face), sql.Literal(kept))
                connection.exec_driver_sql(statement.as_string(driver))
    except ProgrammingError as error:
        raise ForbiddenError(
            "Inloggningen i DATABASE_URL får inte ändra roller: en databasadministratör ger rollerna lösenord med ALTER ROLE … LOGIN PASSWORD.",
            "The login in DATABASE_URL may not change roles: a database administrator gives them passwords with ALTER ROLE … LOGIN PASSWORD.",
        ) from error


def _tried(connection: Connection, statement: str) -> None:
    """Run a statement, and undo it where the server does not let us."""
    step = connection.begin_nested()
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError:
        step.rollback()
    else:
        step.commit()


def _of_roles(connection: Connection) -> Iterator[str]:
    names = [face.value for face in Face]
    known = set(connection.execute(_ROLES, {"names": names}).scalars())
    yield from (f"CREATE ROLE {face} NOLOGIN" for face in Face if face not in known)
    for name in connection.execute(_MIGHTY, {"names": [face.value for face in _SIGNED_IN]}).scalars():
        yield f"ALTER ROLE {name} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    # One that is yet to be made has no limit either.
    unlimited = {*connection.execute(_UNLIMITED, {"names": [face.value for face in _SECONDS]}).scalars()} | (
        {face.value for face in _SECONDS} - known
    )
    yield from (f"ALTER ROLE {face} SET statement_timeout = '{seconds}s'" for face, seconds in _SECONDS.items() if face in unlimited)
    yield from (f"REVOKE {role} FROM {Face.PUBLIC}" for role in connection.execute(_MEMBER).scalars())


def _of_surroundings(connection: Connection) -> Iterator[str]:
    """Give what the roles may do with the database and the schema, and the tables that tk_ingest owns."""
    here = connection.execute(_HERE).one()
    schema, database, owner = (_quoted(connection, name) for name in (here.schema, here.database, here.owner))
    if not here.owns_ingest:
        yield f"GRANT {Face.INGEST} TO {owner}"
    if here.anyone_makes:
        yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
    if here.anyone_fills:
        yield f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
        yield f"GRANT TEMPORARY ON DATABASE {database} TO {owner}"
    for what, name, verb, faces in (
        ("DATABASE", here.database, "CONNECT", _SIGNED_IN),
        ("DATABASE", here.database, "TEMPORARY", (Face.INGEST,)),
        ("SCHEMA", here.schema, "USAGE", _SIGNED_IN),
        ("SCHEMA", here.schema, "CREATE", (Face.INGEST,)),
    ):
        lack = [face for face in faces if not connection.execute(_MAY[what], {"face": face.value, "name": name, "verb": verb}).scalar_one()]
        if lack:
            yield f"GRANT {verb} ON {what} {_quoted(connection, name)} TO {', '.join(lack)}"
    for table in connection.execute(_NOT_INGESTS, {"table": INGEST_OWNS}).scalars():
        yield f"ALTER TABLE {table} OWNER TO {Face.INGEST}"


def _of_tables(connection: Connection) -> Iterator[str]:
    tables = set(connection.execute(_TABLES).scalars())
    names = [face.value for face in _SIGNED_IN]
    held = {tuple(row) for row in connection.execute(_HELD, {"tables": list(tables), "names": names})}
    wanted = {
        (table, column, str(face), verb)
        for table, column, face, verb in rights()
        if table in tables and not (face == Face.INGEST and table == INGEST_OWNS)
    }
    yield from _grouped(connection, "REVOKE", "FROM", held - wanted)
    yield from _grouped(connection, "GRANT", "TO", wanted - held)


def _grouped(connection: Connection, how: str, preposition: str, rights: set[Right]) -> Iterator[str]:
    """Write as few statements as say it all: one for each role and verb, and for columns one for each table too."""
    whole = sorted((face, verb, table) for table, column, face, verb in rights if column is None)
    for (face, verb), group in itertools.groupby(whole, lambda right: right[:2]):
        yield f"{how} {verb} ON {', '.join(_quoted(connection, table) for *_, table in group)} {preposition} {face}"
    parts = sorted((face, verb, table, column) for table, column, face, verb in rights if column is not None)
    for (face, verb, table), columns in itertools.groupby(parts, lambda right: right[:3]):
        listed = ", ".join(_quoted(connection, column) for *_, column in columns)
        yield f"{how} {verb} ({listed}) ON {_quoted(connection, table)} {preposition} {face}"


def _of_functions(connection: Connection) -> Iterator[str]:
    """Close PostGIS to everyone but those who need it, and all of it but a few functions to tk_public."""
    functions = connection.execute(_FUNCTIONS).all()
    here = connection.execute(_HERE).one()
    schema = _quoted(connection, here.postgis)
    if any(function.open for function in functions) or not all(function.owners and function.staffs for function in functions):
        yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {_quoted(connection, here.owner)}, {Face.OWNER}, {Face.STAFF}, {Face.INGEST}"
    if any(function.open for function in functions):
        yield f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC"
    needed = [function.signature for function in functions if function.name in PUBLIC_FUNCTIONS and not function.publics]
    if needed:
        yield f"GRANT EXECUTE ON FUNCTION {', '.join(needed)} TO {Face.PUBLIC}"
    beyond = [function.signature for function in functions if function.name not in PUBLIC_FUNCTIONS and function.publics]
    if beyond:
        yield f"REVOKE EXECUTE ON FUNCTION {', '.join(beyond)} FROM {Face.PUBLIC}"


def _quoted(connection: Connection, name: str) -> str:
    return sql.Identifier(name).as_string(connection.connection.driver_connection)
