"""The command line. What scripts may rely on is written in docs/reference/command-line.md."""

from __future__ import annotations

import sys

import click

from sojourn.cli.account import account
from sojourn.cli.assess import assess
from sojourn.cli.errors import as_message
from sojourn.cli.framework import framework
from sojourn.cli.keeping import audit, backup, check, duplicates, keys, restore
from sojourn.cli.outward import export, import_
from sojourn.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sojourn")
def commands() -> None:
    """Sojourn: assess situations, respond together, monitor promises, consult everyone."""


for command in (
    *(framework, assess, serve, account, export, import_),
    *(backup, restore, check, keys, audit, duplicates),
):
    commands.add_command(command)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 2 the input is wrong, 1 anything else."""
    try:
        commands(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped; nothing was written.", err=True)
        sys.exit(1)
    except BaseException as error:  # nobody ever sees a traceback
        if isinstance(error, SystemExit | GeneratorExit):
            raise
        code, message = as_message(error)
        click.echo(message, err=True)
        sys.exit(code)
