"""Starting the web application: what `sojourn serve` does.

The first start makes the data folder with two secrets that only its owner can read, and the
tables. Nothing is downloaded and nothing is sent anywhere.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from threading import Thread
from time import sleep

_log = logging.getLogger("sojourn.serve")

_HOUR = 3600
_WEBHOOKS_EVERY = 3
"""Seconds between two looks whether something is to be sent."""

_MOST_BYTES = 11_000_000
"""A little more than the largest submission: the application itself answers what is too large."""


class StartError(Exception):
    """Why the application cannot start, in words for whoever starts it."""


def prepare(home: Path, *, demo: bool = False) -> None:
    """Makes the data folder and its secrets, loads the settings, brings the tables up to date.

    Call it once per process before anything else of `sojourn.web`. Raises StartError.
    """
    _make_home(home)
    set_up(home, demo=demo)
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise StartError(f"The database cannot be used ({type(error).__name__}).") from error
    _look_at_the_tables()
    _make_master_key()
    _check_keys()


def set_up(home: Path, *, demo: bool = False) -> None:
    """Loads the settings for a data folder, and writes nothing there."""
    os.environ["SOJOURN_HOME"] = str(home)
    os.environ["SOJOURN_DEMO"] = "1" if demo else "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sojourn.web.settings")
    from sojourn.web.translations import compile_all

    compile_all()
    import django

    django.setup()
    from sojourn.web.walls.standing import become_system

    become_system("whoever runs this installation")


def has_database(home: Path) -> bool:
    """Whether there is an installation to look at."""
    file = home if os.environ.get("DATABASE_URL") else home / "sojourn.sqlite3"
    return file.exists()


def serve(host: str, port: int, *, demo: bool, home: Path, framework: str | None = None) -> None:
    """Serves until it is stopped. With `demo`, invented people are loaded once and the log-ins are
    printed. New assessments use the `framework` of that id. Raises StartError.
    """
    if framework is not None:
        os.environ["SOJOURN_FRAMEWORK"] = framework
    prepare(home, demo=demo)
    _read_own_frameworks()
    if demo:
        _load_demo()
    else:
        _refuse_demo_data()
    _name_disputed_frameworks()
    _end_what_is_due()
    _read_frameworks_ahead()
    _sign_the_audit()
    _deliver_webhooks()
    _name_the_missing_wall()
    _run(host, port)


def _make_home(home: Path) -> None:
    from sojourn.web.vault import create_secret

    os.umask(0o077)  # whatever is written from here on, only its owner can read
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        home.chmod(0o700)
        (home / "frameworks").mkdir(exist_ok=True)
        create_secret(home / "secret.key")
    except OSError as error:
        raise StartError(f"The folder {home} cannot be used: {error.strerror}.") from error


def _make_master_key() -> None:
    """Where there are data but no key, a new key would only hide that the old one is lost."""
    from django.conf import settings

    from sojourn.web.accounts.models import Organisation, User
    from sojourn.web.vault import create_secret

    if not Organisation.objects.exists() and not User.objects.exists():
        create_secret(settings.MASTER_KEY_FILE)


def _check_keys() -> None:
    from sojourn.web.keeping import master
    from sojourn.web.people.models import OrganisationKey
    from sojourn.web.vault import VaultError, master_key

    try:
        master.settle()
        key = master_key()
        for row in OrganisationKey.objects.all():
            key.unwrap(bytes(row.wrapped), of=row.pk)
    except VaultError as error:
        raise StartError(str(error)) from error


def _load_demo() -> None:
    from sojourn.web import demo
    from sojourn.web.accounts.models import Organisation

    if not demo.is_loaded() and Organisation.objects.exists():
        # A demonstration asks nobody for a second factor.
        raise StartError(
            "This folder holds real organisations. Start it without --demo, or choose another "
            "folder with --home."
        )
    if demo.load():
        _say("The demonstration was loaded: 200 invented people.")
    _say("Sign in as one of these (all invented):")
    for login in demo.LOGINS:
        _say(f"  {login.username:<10} {login.password:<28} {login.role.label}, {login.place}")


def _refuse_demo_data() -> None:
    from sojourn.web import demo

    if demo.is_loaded():
        raise StartError(
            "This folder holds the demonstration with its public passwords. Start it with --demo, "
            "or choose another folder with --home."
        )


def _read_own_frameworks() -> None:
    from django.conf import settings

    from sojourn.web.cases import frameworks

    try:
        for framework in frameworks.own(settings.HOME / frameworks.FOLDER).values():
            _say(f"The framework {framework.id} {framework.version} was read ({framework.digest}).")
        frameworks.current()
    except frameworks.OwnFrameworkError as error:
        raise StartError(str(error)) from error


def _name_disputed_frameworks() -> None:
    from sojourn.web.cases import frameworks

    now = frameworks.current()
    if frameworks.is_disputed(now):
        _say(
            f"Take care: the framework {now.id} {now.version} has other contents than the one of "
            "this version that assessments used before. Both are kept, each by its digest; raise "
            "the version of the new one."
        )


def _name_the_missing_wall() -> None:
    from sojourn.web.walls import install
    from sojourn.web.walls.standing import is_built

    if is_built() and install.role().goes_around:
        _say(
            "Take care: this role of the database goes around row-level security, so that the "
            "second wall between organisations does not hold. Connect as a role that is no "
            "superuser and has no BYPASSRLS."
        )


def _read_frameworks_ahead() -> None:
    """Reads the catalogue beside the first requests, so that nobody waits for it."""
    from sojourn.web.frameworks.queries import shipped

    Thread(target=shipped, daemon=True).start()


def _look_at_the_tables() -> None:
    """Lets the embedded database count again what has grown, so that it chooses the right index.
    PostgreSQL does so by itself."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002")


def _end_what_is_due() -> None:
    """Ends consents and exports, and removes tables, that have had their time."""
    from django.utils import timezone

    from sojourn.web.consent import actions as consents
    from sojourn.web.exports import actions as exports
    from sojourn.web.imports import actions as imports
    from sojourn.web.walls.standing import system

    with system("what has had its time"):
        consents.expire_due(on=timezone.localdate())
        exports.end_due(at=timezone.now())
        imports.end_due(at=timezone.now())


def _sign_the_audit() -> None:
    """Each hour, while the application runs: signs the newest event, ends what is due."""
    Thread(target=_sign_each_hour, daemon=True).start()


def _sign_each_hour() -> None:
    from django.db import DatabaseError, connection

    from sojourn.web.audit import checkpoints
    from sojourn.web.vault import VaultError

    while True:
        sleep(_HOUR)
        try:
            checkpoints.make()
            _end_what_is_due()
            _look_at_the_tables()
        except (DatabaseError, VaultError) as error:
            _log.warning("The hourly work could not be done (%s).", type(error).__name__)
        finally:
            connection.close()


def _deliver_webhooks() -> None:
    """Sends what other programs are to be told, while the application runs."""
    Thread(target=_deliver_again_and_again, daemon=True).start()


def _deliver_again_and_again() -> None:
    from django.db import DatabaseError, connection

    from sojourn.web.vault import VaultError
    from sojourn.web.webhooks.actions import deliver_due

    while True:
        try:
            sent = deliver_due()
        except (DatabaseError, VaultError) as error:
            sent = 0
            _log.warning("Webhooks could not be sent (%s).", type(error).__name__)
        finally:
            connection.close()
        sleep(0 if sent else _WEBHOOKS_EVERY)


def _run(host: str, port: int) -> None:
    from waitress import create_server

    from sojourn.web.wsgi import application

    try:
        server = create_server(
            application,
            host=host,
            port=port,
            threads=8,
            ident="",
            max_request_body_size=_MOST_BYTES,
            # Only a proxy on this machine may say from where the visitor came, and by HTTPS.
            trusted_proxy="127.0.0.1",
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
            clear_untrusted_proxy_headers=True,
            # What was sent stays in memory: a temporary file would leave answers on the disk.
            inbuf_overflow=_MOST_BYTES + 1,
            outbuf_overflow=_MOST_BYTES + 1,
        )
    except OSError as error:
        raise StartError(f"{host}:{port} cannot be used: {error.strerror}.") from error
    _say(f"Sojourn runs at http://{_shown(host)}:{server.effective_port}/  (stop with Ctrl+C)")
    server.run()


def _shown(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104 - only shown


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the terminal is where this is read
