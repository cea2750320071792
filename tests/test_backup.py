"""`backup` and `restore`: consistent while a crawl runs, complete, checked, and never over something."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.machine.lock import LockHeld, crawl_lock
from archive.operate.backup import BackupError, backup, restore
from archive.operate.verify import verify
from archive.record.look import read_only
from archive.tell.outbox import Outbox
from tests.crawl.harness import environment
from tests.crawled import copy_of, crawled, site, watch
from tests.web.conftest import Site


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = crawled(tmp_path_factory.mktemp("backup"))
    (data / "settings.toml").write_text("delay = 3\n")
    (data / "subscriptions.toml").write_text('[[subscriber]]\nname = "甲"\naddress = "wecom:k"\n')
    (data / "subscriptions.toml").chmod(0o600)
    Outbox.open(data).close()
    return data


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return copy_of(sound, tmp_path / "data")


def contents(data: Path) -> list[tuple]:
    with closing(read_only(data)) as connection:
        return [
            tuple(row)
            for table in ("captures", "versions", "changes", "items")
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608
        ]


def test_what_was_backed_up_comes_back_and_verifies(data: Path, tmp_path: Path) -> None:
    folder = backup(data, tmp_path / "backups")
    other = tmp_path / "other"
    assert restore(other, tmp_path / "backups") == folder
    assert contents(other) == contents(data)
    assert verify(other)["problems"] == []
    assert (other / "settings.toml").read_text() == "delay = 3\n"
    assert (other / "subscriptions.toml").stat().st_mode & 0o777 == 0o600
    assert (other / "notify.db").stat().st_mode & 0o077 == 0
    assert not (other / ".restoring").exists()


def test_a_restored_archive_serves_the_same_pages(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "backups")
    restore(tmp_path / "other", tmp_path / "backups")
    before, after = Site(data), Site(tmp_path / "other")
    with closing(read_only(data)) as connection:
        slugs = [row["slug"] for row in connection.execute("SELECT slug FROM notices")]
        documents = [row["id"] for row in connection.execute("SELECT document_id AS id FROM versions")]
    pages = ["/", "/catalogue", "/changes", "/tasks", "/changes.atom", *(f"/notices/{slug}" for slug in slugs)]
    for path in [*pages, *(f"/documents/{id}/file" for id in documents)]:
        one, other = before.get(path), after.get(path)
        assert (one.status_code, one.content) == (200, other.content), path
    before.close()
    after.close()


def test_the_manifest_names_every_file_with_its_digest(data: Path, tmp_path: Path) -> None:
    folder = backup(data, tmp_path / "backups")
    files = json.loads((folder / "manifest.json").read_text())["files"]
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"manifest.json"}
    assert set(files) == present
    assert {"archive.db", "notify.db", "settings.toml", "sources.toml", "subscriptions.toml"} <= present


def test_a_second_backup_costs_only_what_is_new(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = []
    for stamp in ("2026-11-23T01:00:00+00:00", "2026-11-24T01:00:00+00:00", "2026-11-25T01:00:00+00:00"):
        monkeypatch.setattr("archive.clock.now", lambda at=stamp: datetime.fromisoformat(at))
        folders.append(backup(data, tmp_path / "backups", keep=2))
    assert [f.exists() for f in folders] == [False, True, True]
    warcs = [sorted((f / "warc").glob("*.gz")) for f in folders[1:]]
    assert warcs[0]
    assert [p.stat().st_ino for p in warcs[0]] == [p.stat().st_ino for p in warcs[1]]


def test_a_backup_during_a_crawl_is_consistent(tmp_path: Path) -> None:
    with site() as server:
        archive = watch(tmp_path / "data", server)
        archive.crawl()
        server.put("a.example", "/files/2.dat", b"another file" * 500, "application/octet-stream")
        held = server.host("b.example") + "/t.html"
        release = server.hold(held)
        child = subprocess.Popen(archive.command("--delay", "0"), env=environment(), stderr=subprocess.DEVNULL)
        server.wait_for(lambda seen: sum(s.path == "/t.html" and s.host == "b.example" for s in seen) == 2, timeout=60)
        backup(archive.data, tmp_path / "backups")
        release()
        child.wait(60)
    other = tmp_path / "other"
    restore(other, tmp_path / "backups")
    assert verify(other)["problems"] == []


def test_a_torn_record_of_a_running_crawl_is_left_out(data: Path, tmp_path: Path) -> None:
    newest = max((data / "warc").glob("*.warc.gz"), key=lambda path: path.stat().st_mtime_ns)
    whole = newest.stat().st_size
    with newest.open("ab") as stream:
        stream.write(newest.read_bytes()[:100])
    with crawl_lock(data):
        folder = backup(data, tmp_path / "backups")
    assert (folder / "warc" / newest.name).stat().st_size == whole


def test_a_damaged_backup_is_refused_before_anything_is_written(data: Path, tmp_path: Path) -> None:
    folder = backup(data, tmp_path / "backups")
    path = next((folder / "warc").glob("*.gz"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(BackupError, match="缺失或已损坏"):
        restore(tmp_path / "other", folder)
    assert not (tmp_path / "other").exists()


def test_a_restore_never_overwrites(data: Path, tmp_path: Path) -> None:
    folder = backup(data, tmp_path / "backups")
    with pytest.raises(BackupError, match="不是空的"):
        restore(data, folder)
    empty = tmp_path / "busy"
    empty.mkdir()
    with crawl_lock(empty), pytest.raises(LockHeld):
        restore(empty, folder)


def test_a_manifest_cannot_write_outside_the_folder(data: Path, tmp_path: Path) -> None:
    folder = backup(data, tmp_path / "backups")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../evil"] = {"sha256": "", "bytes": 0, "mode": 420}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="不可信"):
        restore(tmp_path / "other", folder)


def test_a_backup_into_the_archive_itself_is_refused(data: Path) -> None:
    with pytest.raises(BackupError, match="在数据目录里面"):
        backup(data, data / "backups")


def test_an_interrupted_backup_leaves_no_folder_that_looks_whole(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    (target / ".partial" / "warc").mkdir(parents=True)
    (target / ".partial" / "manifest.json").write_text("{}")
    with pytest.raises(BackupError, match="没有备份"):
        restore(tmp_path / "other", target)
    folder = backup(data, target)
    assert [p.name for p in target.iterdir()] == [folder.name]


def test_the_commands_say_what_they_did_in_words(data: Path, tmp_path: Path) -> None:
    run = CliRunner()
    done = run.invoke(cli, ["--data", str(data), "backup", str(tmp_path / "b")])
    assert (done.exit_code, "已备份到" in done.output) == (0, True)
    done = run.invoke(cli, ["--data", str(tmp_path / "new"), "restore", str(tmp_path / "b")])
    assert (done.exit_code, "已从" in done.output) == (0, True)
    done = run.invoke(cli, ["--data", str(tmp_path / "new"), "restore", str(tmp_path / "b")])
    assert (done.exit_code, "不是空的" in done.output) == (1, True)
    done = run.invoke(cli, ["--data", str(data), "status", "--json"])
    assert json.loads(done.stdout)["backup"]["at"]
