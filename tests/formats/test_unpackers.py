""".rar and .7z through the program that is installed; on a machine without one, what is said instead."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from crawler.reading.formats import archives, unpackers
from crawler.reading.rule import Rule
from crawler.readings import read_whole
from tests.formats.helpers import OWN, reading
from tests.formats.rar_writer import rar_of
from tests.formats.writers import zipped

SAMPLES = OWN.parent / "rar"
needs_program = pytest.mark.skipif(
    not unpackers.installed(), reason="neither bsdtar nor unar is installed, the optional programs for .rar"
)
CATALOGUE = (OWN / "mulu.docx").read_bytes()


def paths(payload: bytes) -> list[str]:
    return [member.path for member in reading(payload).members]


@needs_program
def test_the_catalogue_in_a_rar_is_read_with_its_rows() -> None:
    name = "附件/社会救助领域标准目录.docx"
    whole = read_whole(rar_of({name: CATALOGUE, "说明.txt": "公开时限为20个工作日。".encode()}), {}, "", Rule())
    assert whole.document.media_type == "application/vnd.rar"
    assert [file.path for file in whole.inside] == [name, "说明.txt"]
    assert whole.inside[0].document.items
    assert "20个工作日" in whole.inside[1].document.text


@needs_program
def test_folders_and_names_of_another_projects_rar_are_kept() -> None:
    found = paths((SAMPLES / "rar5-subdirs.rar").read_bytes())
    assert found == ["sub/dir2/file2.txt", "sub/with space/long fn.txt", "sub/üȵĩöḋè/file.txt", "sub/dir1/file1.txt"]


@needs_program
def test_a_rar_that_is_only_read_in_part_says_so() -> None:
    found = reading((SAMPLES / "rar3-solid.rar").read_bytes())
    complete = [member.path for member in found.members] == ["stest1.txt", "stest2.txt"]
    assert complete != bool(found.review)  # bsdtar cannot go on where unar can


@needs_program
def test_a_rar_with_a_password_is_refused_in_words() -> None:
    assert reading((SAMPLES / "rar5-psw.rar").read_bytes()).problem.code in ("encrypted", "corrupt")


@needs_program
def test_links_and_paths_out_of_a_rar_lead_nowhere(tmp_path: Path) -> None:
    found = reading((SAMPLES / "rar5-evil-symlink-traversal.rar").read_bytes())
    assert [member.path for member in found.members] == ["up/pwned.txt"]
    assert "指向别处的链接" in "".join(found.review)
    outside = reading(rar_of({"../../etc/目录.txt": b"text", "/root/a.txt": b"text"}))
    assert all(not member.path.startswith(("/", "..")) for member in outside.members)


@needs_program
def test_a_rar_is_held_to_the_limits_of_every_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    assert reading(rar_of({f"{n}.txt": b"text" for n in range(4)})).problem.code == "too-large"
    monkeypatch.setattr(archives, "MAX_TOTAL", 1_000)
    assert reading(rar_of({"a.txt": bytes(600), "b.txt": bytes(600)})).problem.code == "too-large"
    monkeypatch.setattr(archives, "MAX_MEMBER", 500)
    assert reading(rar_of({"a.txt": bytes(600)})).problem.code == "too-large"


@needs_program
def test_archives_in_archives_are_opened_whatever_their_kind() -> None:
    inner = rar_of({"目录.txt": "公开事项".encode()})
    assert paths(zipped({"附件.rar": inner})) == ["附件.rar/目录.txt"]
    assert paths(rar_of({"附件.zip": zipped({"目录.txt": "公开事项".encode()})})) == ["附件.zip/目录.txt"]
    nested = inner
    for _ in range(archives.MAX_DEPTH):
        nested = rar_of({"内.rar": nested})
    assert reading(nested).problem.code == "too-large"


@needs_program
def test_a_rar_cut_in_half_is_corrupt_or_flagged() -> None:
    whole = rar_of({"a.txt": b"text" * 100, "b.txt": b"text" * 100})
    for length in (20, len(whole) // 2):
        found = reading(whole[:length])
        assert found.problem or found.review


@pytest.mark.skipif(unpackers.installed() != "bsdtar", reason="bsdtar, which writes .7z, is not installed")
def test_a_7z_is_read_by_the_same_program(tmp_path: Path) -> None:
    (tmp_path / "目录.txt").write_text("公开事项", "utf-8")
    command = ["bsdtar", "-c", "-f", "made.7z", "--format=7zip", "目录.txt"]
    subprocess.run(command, cwd=tmp_path, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert paths((tmp_path / "made.7z").read_bytes()) == ["目录.txt"]


def test_without_a_program_the_file_is_kept_and_the_remedy_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    problem = reading((SAMPLES / "rar5-subdirs.rar").read_bytes()).problem
    assert problem.code == "unsupported"
    assert "libarchive-tools" in problem.text
