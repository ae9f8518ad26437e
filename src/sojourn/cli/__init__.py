"""The command line. What scripts may rely on is written in docs/reference/command-line.md."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click

_IN: Mapping[str, str] = MappingProxyType(
    {
        "account": "account",
        "assess": "assess",
        "audit": "keeping",
        "backup": "keeping",
        "check": "keeping",
        "duplicates": "keeping",
        "estimate": "estimate",
        "export": "outward",
        "framework": "framework",
        "import": "outward",
        "keys": "keeping",
        "restore": "keeping",
        "serve": "serve",
    }
)
"""In which module each command is."""


class _Commands(click.Group):
    """Loads a command when it is called, so that none waits for what only others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_IN)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _IN:
            return None
        module = import_module(f"sojourn.cli.{_IN[cmd_name]}")
        found = getattr(module, "import_" if cmd_name == "import" else cmd_name)
        assert isinstance(found, click.Command)  # noqa: S101 - tells the type checker
        return found


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="sojourn")
def commands() -> None:
    """Sojourn: assess situations, respond together, monitor promises, consult everyone."""


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
        from sojourn.cli.errors import as_message

        code, message = as_message(error)
        click.echo(message, err=True)
        sys.exit(code)
