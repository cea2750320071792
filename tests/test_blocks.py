"""A large archive.db costs each night what has changed in it, and every night comes back whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.operate import blocks
from archive.operate.backup import BackupError, backup, problems_of, restore
from archive.operate.install import upgrade
from archive.record.look import read_only
from archive.record.store import Store
from tests import corpus

KEEP = 4


class Office:
    """An archive that is revised a little and backed up each night."""

    def __init__(self, path: Path, patch: pytest.MonkeyPatch) -> None:
        self.data, self.target, self.patch = path / "data", path / "backups", patch
        corpus.fill(self.data, corpus.texts(1000), 1000).close()
        self.said: dict[Path, list[tuple[object, ...]]] = {}

    def night(self, number: int) -> Path:
        with closing(Store.open(self.data)) as store:
            store.db.execute("UPDATE documents SET name = name || ? WHERE id % 100 = 30", [f"（{number}）"])
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=number)
        self.patch.setattr("archive.clock.now", lambda: at)
        folder = backup(self.data, self.target, keep=KEEP)
        self.said[folder] = said(self.data)
        return folder


def said(data: Path) -> list[tuple[object, ...]]:
    with closing(read_only(data)) as connection:
        return [
            tuple(row)
            for table in ("documents", "versions", "items", "search_entries")
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - of the line above
        ]


def added(folder: Path) -> int:
    """Bytes of what no other name has."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.stat().st_nlink == 1)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path, monkeypatch)


def test_each_of_the_kept_nights_comes_back_as_it_was(office: Office, tmp_path: Path) -> None:
    nights = [office.night(number) for number in range(blocks.NIGHTS + 3)]
    kept = nights[-KEEP:]
    assert sorted(office.target.iterdir()) == kept
    for folder in kept:
        data = tmp_path / f"of {folder.name}"
        assert restore(data, folder) == folder
        assert said(data) == office.said[folder]
        assert not list(data.glob("archive.db.*"))


def test_a_night_in_which_little_changed_takes_little_room(office: Office) -> None:
    first, second = office.night(0), office.night(1)
    whole = (first / "archive.db").stat().st_size
    assert not (second / "archive.db").exists()
    assert added(second) * 5 < whole
    files = json.loads((second / "manifest.json").read_text())["files"]
    present = {path.relative_to(second).as_posix() for path in second.rglob("*") if path.is_file()} - {"manifest.json"}
    assert set(files) == present


def test_a_folder_of_one_night_needs_no_other(office: Office, tmp_path: Path) -> None:
    office.night(0)
    taken = shutil.copytree(office.night(1), tmp_path / "stick")
    shutil.rmtree(office.target)
    restore(tmp_path / "other", taken)
    assert said(tmp_path / "other") == said(office.data)


def test_after_a_few_nights_the_file_is_copied_whole_again(office: Office) -> None:
    nights = [office.night(number) for number in range(blocks.NIGHTS + 2)]
    kept = [(folder / "archive.db").exists() for folder in nights if folder.exists()]
    assert kept == [False, False, True, False]


def test_a_night_in_which_much_changed_is_copied_whole(office: Office) -> None:
    office.night(0)
    with closing(Store.open(office.data)) as store:
        store.db.execute("UPDATE versions SET metadata = json_object('n', hex(randomblob(4000)))")
    assert (office.night(1) / "archive.db").exists()


def test_a_base_that_rotted_on_the_disk_is_not_built_upon(office: Office, tmp_path: Path) -> None:
    first = office.night(0)
    with (first / "archive.db").open("r+b") as stream:
        stream.seek(2_000_000)
        stream.write(b"rotten")
    second = office.night(1)
    assert (second / "archive.db").exists()
    restore(tmp_path / "other", second)
    assert said(tmp_path / "other") == said(office.data)


@pytest.mark.parametrize("part", blocks.PARTS)
def test_a_damaged_part_is_refused_before_anything_is_written(office: Office, tmp_path: Path, part: str) -> None:
    office.night(0)
    second = office.night(1)
    with (second / part).open("r+b") as stream:
        stream.seek(-20, 2)
        stream.write(b"rotten")
    with pytest.raises(BackupError, match=part):
        restore(tmp_path / "other", second)
    assert not list((tmp_path / "other").glob("*.db"))


def test_a_lost_part_makes_the_backup_a_bad_one(office: Office) -> None:
    office.night(0)
    second = office.night(1)
    (second / blocks.CHANGED).unlink()
    assert problems_of(second)
    assert (office.night(2) / blocks.CHANGED).exists()


def test_a_backup_before_an_upgrade_is_whole(office: Office) -> None:
    office.night(0)
    assert (Path(upgrade.keep(office.data, office.target, None).backup) / "archive.db").exists()
    assert (office.night(2) / blocks.CHANGED).exists()


def test_where_there_are_no_links_the_file_is_copied_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.night(0)
    monkeypatch.setattr("os.link", _refused)
    second = office.night(1)
    with closing(sqlite3.connect(second / "archive.db")) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not [part for part in blocks.PARTS if (second / part).exists()]


def _refused(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")
