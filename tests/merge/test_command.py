"""`guidelines merge` over archives that were really crawled, and what it refuses."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.operate.verify import verify
from tests.crawled import copy_of, crawled
from tests.office import Office
from tests.releases import ARCHIVE
from tests.web.conftest import Outline, Site


class Province(Office):
    def __init__(self, data: Path) -> None:
        self.data = data

    def refuses(self, folder: Path) -> str:
        line = self.line("merge", str(folder))[:-1]
        done = subprocess.run(line, env=self.environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert not list(self.data.glob("merge-*"))
        return done.stderr


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return crawled(tmp_path_factory.mktemp("city"))


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".db-wal", ".db-shm") and not path.name.endswith(("-wal", "-shm"))
    }


def test_a_crawled_archive_and_one_of_release_1_are_merged_and_verify(city: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(ARCHIVE, tmp_path)
    old = tmp_path / "archive-1.0.0"
    before = listing(city), listing(old)
    province = Province(tmp_path / "province")
    assert province.run("merge", str(city), "--name", "甲市")["new"]["captures"] > 3
    assert province.run("merge", str(old))["new"]["items"] > 20
    assert not any(province.run("merge", str(city), "--name", "甲市")["new"].values())
    assert (listing(city), listing(old)) == before
    assert verify(province.data)["problems"] == []
    with closing(sqlite3.connect(province.data / "archive.db")) as connection:
        assert connection.execute("SELECT count(*) FROM notices WHERE slug = 'land'").fetchone()[0] == 1
    site = Site(province.data)
    try:
        all_rows = len(json.loads(site.get("/catalogue.json").text))
        of_city = len(json.loads(site.get("/catalogue.json?origin=1").text))
        names = Outline(site.get("/catalogue").text).text
        assert "来源档案" in Outline(site.get("/changes?origin=2").text).text
    finally:
        site.close()
    assert (all_rows > 10, of_city, "甲市" in names) == (True, 0, True)


def test_an_archive_that_is_cut_damaged_newer_or_its_own_copy_is_refused(city: Path, tmp_path: Path) -> None:
    province = Province(tmp_path / "province")
    province.run("merge", str(city))

    def spoilt(name: str) -> Path:
        return copy_of(city, tmp_path / name)

    cut = spoilt("cut")
    newest = max((cut / "warc").glob("*.warc.gz"))
    newest.write_bytes(newest.read_bytes()[:-40])
    lacking = spoilt("lacking")
    min((lacking / "warc").glob("*.warc.gz")).unlink()
    damaged = spoilt("damaged")
    body = bytearray((damaged / "archive.db").read_bytes())
    body[8192:40960] = b"\0" * 32768
    (damaged / "archive.db").write_bytes(body)
    newer = spoilt("newer")
    with closing(sqlite3.connect(newer / "archive.db")) as connection, connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('guidelines', 'm999', '')"
        )
    fork = spoilt("fork")
    with closing(sqlite3.connect(fork / "archive.db")) as connection, connection:
        connection.execute("UPDATE crawls SET token = 'another' WHERE id = 2")
    reasons = [province.refuses(folder) for folder in (cut, lacking, damaged, newer, fork, province.data)]
    told = ("不完整", "不完整", "损坏", "更新版本", "不是同一份", "自己")
    assert [word in said for word, said in zip(told, reasons, strict=True)] == [True] * 6, reasons
    assert "已并入了别的档案" in Province(tmp_path / "country").refuses(province.data)
