"""Which commands there are, and the module of each: one line for a new one.

A module of commands has `add(commands)`, which adds its parsers, and
`run(options, settings, words)`, which carries one out and returns its exit status. It is imported
only when one of its commands is typed, or when the help lists them all.
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Final

from deungdae.records.errors import RunFailed


class NotInstalled(RunFailed):
    """A command needs libraries that are not here."""


@dataclass(frozen=True)
class Group:
    """Commands that one module adds and carries out."""

    module: str
    commands: tuple[str, ...]

    def load(self) -> ModuleType:
        """Import the module; where the agent alone is installed, most have not what they need."""
        try:
            return import_module(self.module)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] == "deungdae":
                raise
            raise NotInstalled(
                "`deungdae {command}` needs the server's parts, which are not installed here; "
                "“{library}” is missing.",
                command=self.commands[0],
                library=error.name,
            ) from error


GROUPS: Final = (
    Group("deungdae.cli.causes", ("causes",)),
    Group("deungdae.cli.spc", ("spc",)),
    Group("deungdae.cli.capability", ("capability",)),
    Group("deungdae.cli.gauge", ("gauge",)),
    Group("deungdae.cli.experiment", ("experiment",)),
    Group("deungdae.cli.life", ("life",)),
    Group("deungdae.cli.reliability", ("reliability",)),
    Group("deungdae.cli.operations", ("operations",)),
    Group("deungdae.cli.energy", ("energy",)),
    Group("deungdae.cli.demo", ("demo",)),
    Group("deungdae.cli.serving", ("up", "web", "worker")),
    Group("deungdae.cli.gateway", ("gateway", "token")),
    Group("deungdae.cli.quota", ("quota",)),
    Group("deungdae.cli.history", ("history",)),
    Group("deungdae.cli.monitor", ("monitor",)),
    Group("deungdae.cli.backup", ("backup", "restore")),
    Group("deungdae.cli.doctor", ("doctor",)),
    Group("deungdae.cli.edge", ("edge",)),
    Group("deungdae.cli.plant_status", ("plant",)),
    Group("deungdae.cli.demo_plant", ("demo-plant",)),
    Group("deungdae.cli.accounts", ("company", "password", "erase", "audit")),
)


def group_of(command: str) -> Group | None:
    """Return the group of a command, None if there is no such command."""
    return next((group for group in GROUPS if command in group.commands), None)
