"""The demonstration as somebody gets it who types one command, without a network."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from click.testing import CliRunner

from archive.cli import cli
from archive.record.look import read_only


def test_one_command_makes_the_demonstration_and_a_second_leaves_it_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = CliRunner().invoke(cli, ["demo", str(folder)])
    assert done.exit_code == 0, done.output
    with closing(read_only(folder)) as connection:
        states = connection.execute("SELECT state, count(*) FROM notices GROUP BY state").fetchall()
        rows = connection.execute("SELECT count(*) FROM items_in_force").fetchone()[0]
        amended = connection.execute("SELECT count(*) FROM changes WHERE kind = 'basis-amended'").fetchone()[0]
    assert [tuple(row) for row in states] == [("current", 24)]
    assert (rows, amended) == (465, 1)
    again = CliRunner().invoke(cli, ["demo", str(folder)])
    assert again.exit_code == 1
    assert "已有档案" in again.output
