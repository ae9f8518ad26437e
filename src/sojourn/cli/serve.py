"""`sojourn serve`: the web application from the command line."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty installation with invented people.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes any free one and prints it.",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder for the database and the keys (default: var in the current folder).",
)
@click.option(
    "--framework",
    metavar="ID",
    help="What new assessments use: an id of the catalogue, or of a file in HOME/frameworks.",
)
def serve(demo: bool, host: str, port: int, home: Path | None, framework: str | None) -> None:
    """Start the web application, setting it up first where needed.

    Frameworks of your own (.xlsx, .yaml) lie in the folder `frameworks` of the data folder.
    """
    from sojourn.web.serve import StartError
    from sojourn.web.serve import serve as run_server

    try:
        run_server(host, port, demo=demo, home=home or Path("var"), framework=framework)
    except StartError as error:
        raise click.ClickException(str(error)) from error
