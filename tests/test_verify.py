"""`guidelines verify` and `repair` on an archive that was really crawled: sound, and damaged in every way we know."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.operate import health
from archive.operate.verify import verify
from archive.record.look import read_only
from archive.record.store import Store
from archive.search import drift
from tests.crawled import copy_of, crawled


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crawled(tmp_path_factory.mktemp("verify"))


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return copy_of(sound, tmp_path / "data")


def sql(data: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(data / "archive.db")) as connection, connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        assert connection.execute(statement, values).rowcount


def problems(data: Path) -> str:
    found = verify(data)
    assert found["ok"] is False
    return json.dumps(found["problems"], ensure_ascii=False)


def warc_with_payloads(data: Path) -> Path:
    with closing(read_only(data)) as connection:
        row = connection.execute(
            "SELECT warc_file FROM captures WHERE refers_to IS NULL AND sha256 IS NOT NULL"
        ).fetchone()
    return data / "warc" / row["warc_file"]


def test_a_crawled_archive_with_revisits_is_sound(data: Path) -> None:
    with closing(read_only(data)) as connection:
        assert connection.execute("SELECT count(*) FROM captures WHERE refers_to IS NOT NULL").fetchone()[0] >= 2
    found = verify(data)
    assert found["problems"] == []
    assert found["ok"] is True
    assert set(found["checked"]) == {"tables", "captures", "warc_files", "index", "versions", "outdated"}
    assert all(n for what, n in found["checked"].items() if what != "outdated")
    assert verify(data, sample=True)["ok"] is True


def test_one_flipped_byte_in_a_record_is_found(data: Path) -> None:
    path = warc_with_payloads(data)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert path.name in problems(data)


def test_a_lost_warc_file_is_found(data: Path) -> None:
    warc_with_payloads(data).unlink()
    assert "请从备份恢复这个文件" in problems(data)


def test_a_capture_that_says_another_digest_is_found_and_so_are_those_that_refer_to_it(data: Path) -> None:
    sql(data, "UPDATE captures SET sha256 = ? WHERE refers_to IS NULL AND document_id = 1", "00" * 32)
    found = problems(data)
    assert "原文的 SHA-256 是" in found
    assert "与所指的抓取" in found


def test_a_revisit_of_nothing_is_found(data: Path) -> None:
    sql(data, "UPDATE captures SET refers_to = 9999 WHERE refers_to IS NOT NULL")
    found = problems(data)
    assert "所指的抓取 9999 不存在" in found
    assert "指向不存在的 captures" in found


def test_a_text_that_was_tampered_with_is_found(data: Path) -> None:
    sql(data, "UPDATE versions SET text = replace(text, '20个工作日', '7个工作日')")
    assert verify(data)["ok"] is False


def test_a_stale_index_is_found_and_repaired(data: Path) -> None:
    sql(data, "INSERT INTO documents_fts (documents_fts) VALUES ('delete-all')")
    assert "不在检索索引中；请运行 guidelines repair" in problems(data)
    assert CliRunner().invoke(cli, ["--data", str(data), "repair"]).exit_code == 0
    assert verify(data)["ok"] is True
    with closing(Store.open(data)) as store:
        assert drift.check(store.db.conn) == []


def test_a_torn_tail_is_found_set_aside_and_nothing_is_lost(data: Path) -> None:
    newest = max((data / "warc").glob("*.warc.gz"), key=lambda path: path.stat().st_mtime_ns)
    with newest.open("ab") as stream:
        stream.write(newest.read_bytes()[:200])
    assert newest.name in problems(data)
    done = CliRunner().invoke(cli, ["--data", str(data), "repair"])
    assert done.exit_code == 0
    assert "不完整" in done.output
    assert list((data / "warc" / "torn").iterdir())
    assert verify(data)["ok"] is True


def test_a_damaged_database_is_told_and_not_touched(data: Path) -> None:
    path = data / "archive.db"
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(os.urandom(path.stat().st_size - 8192))
    before = path.read_bytes()
    assert "请从备份恢复" in problems(data)
    assert path.read_bytes() == before


def test_what_was_found_stays_in_status_until_a_full_look_finds_nothing(data: Path) -> None:
    def attention() -> list[str]:
        with closing(read_only(data)) as connection:
            return [p["what"] for p in health.status(data, connection)["attention"] if p["what"].startswith("上次核对")]

    path = warc_with_payloads(data)
    aside = shutil.move(path, data / "aside")
    verify(data)
    assert attention()
    shutil.move(aside, path)
    verify(data, sample=True)
    assert attention()
    verify(data)
    assert not attention()


def test_the_command_says_so_with_its_exit_code(data: Path) -> None:
    done = CliRunner().invoke(cli, ["--data", str(data), "verify", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["ok"]) == (0, True)
    sql(data, "INSERT INTO notices_fts (notices_fts) VALUES ('delete-all')")
    assert CliRunner().invoke(cli, ["--data", str(data), "verify"]).exit_code == 1
