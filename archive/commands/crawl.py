"""To be filled."""

import click

COMMANDS: list[click.Command] = []
