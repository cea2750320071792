"""To another release, and back.

What the way back needs is kept before anything changes: a backup of the data folder and, where the program itself is
replaced, a copy of its whole environment. Nothing of either is thrown away on the way back: what was written since
stands beside the data folder.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from attrs import asdict, frozen

from archive import VERSION, clock
from archive.machine.faults import Fault
from archive.machine.lock import crawl_lock
from archive.operate import backup
from archive.operate.backup import BackupError
from archive.record.look import look
from archive.record.schema import is_empty

NOTE = "upgrade.json"
WHEEL = "guidelines_archive-*.whl"
LOCK = "requirements.lock"
SUMS = "SHA256SUMS"


class UpgradeError(Fault):
    """It cannot be done, or was not; the message says what stands now and what to do, in Chinese."""


@frozen
class Note:
    """The last upgrade, in the data folder."""

    at: str
    before: str
    """Release that was there."""
    backup: str
    environment: str = ""
    """Copy of the environment before; '' when the program was not replaced by us."""


def read_note(data: Path) -> Note:
    try:
        return Note(**json.loads((data / NOTE).read_text("utf-8")))
    except FileNotFoundError:
        raise UpgradeError(f"{data} 没有升级过，无可退回（没有 {NOTE}）；请用 guidelines restore 恢复备份") from None
    except (ValueError, TypeError) as error:
        raise UpgradeError(f"{data / NOTE} 已损坏；请用 guidelines restore 恢复备份") from error


def keep(data: Path, target: Path, environment: Path | None) -> Note:
    """Keep what the way back needs, and note where. Raises UpgradeError when there is no sound copy of the data."""
    written_by = _written_by(data)  # before anything brings the archive up to date
    try:
        with crawl_lock(data, "升级"):
            folder = backup.backup(data, target, whole=True)
            copy = _copied(environment) if environment else ""
            before = VERSION if environment else written_by
            note = Note(clock.iso(clock.now()), before, str(folder.absolute()), str(copy))
            (data / NOTE).write_text(json.dumps(asdict(note), ensure_ascii=False), "utf-8")
    except BackupError as error:
        raise UpgradeError(f"没有升级：{error}") from error
    return note


def _written_by(data: Path) -> str:
    """The release that has crawled last."""
    path = data / "archive.db"
    if is_empty(path):
        raise UpgradeError(f"{data} 中还没有档案库（archive.db），不用升级；直接装新程序即可")
    with closing(look(path)) as connection:
        found = connection.execute("SELECT software FROM crawls ORDER BY id DESC LIMIT 1").fetchone()
    return str(found["software"]) if found else VERSION


# ---------------------------------------------------------------- the program


def environment_here() -> Path:
    """The environment that this program runs in. Raises UpgradeError when it is the system's."""
    if sys.prefix == sys.base_prefix:
        raise UpgradeError("程序不在单独的 Python 环境（venv、pipx）里，不能由它自己替换；请用安装它的办法升级")
    if not os.access(Path(sys.prefix).parent, os.W_OK):
        raise UpgradeError(f"不能写入 {Path(sys.prefix).parent}；请用安装程序的账号运行（如 sudo）")
    return Path(sys.prefix)


def _copied(environment: Path) -> Path:
    copy = environment.with_name(f"{environment.name}.before")
    shutil.rmtree(copy, ignore_errors=True)  # of the upgrade before
    shutil.copytree(environment, copy, symlinks=True)
    return copy


def put_back(environment: Path, copy: Path) -> None:
    """The copy in place of the environment, which becomes …after. A running program goes on."""
    aside = environment.with_name(f"{environment.name}.after")
    shutil.rmtree(aside, ignore_errors=True)
    environment.rename(aside)
    copy.rename(environment)


def pip_lines(package: Path, wheelhouse: Path | None) -> list[list[str]]:
    """What pip is asked, in turn. package: a wheel, or the folder of a release with its lock file, sums and packages.

    Raises UpgradeError.
    """
    folder = package if package.is_dir() else package.parent
    wheels = sorted(folder.glob(WHEEL)) if package.is_dir() else [package]
    if len(wheels) != 1 or not wheels[0].is_file():
        raise UpgradeError(f"{package} 里应有一个 {WHEEL}，找到 {len(wheels)} 个")
    _check_sums(folder)
    if wheelhouse is None:
        own = folder / f"wheelhouse-{sys.version_info.major}.{sys.version_info.minor}-{platform.machine()}"
        wheelhouse = own if own.is_dir() else None
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-index", "--find-links", str(wheelhouse)] if wheelhouse else []
    if not (folder / LOCK).exists():
        return [[*pip, str(wheels[0])]]
    own_wheel = [*pip, "--no-deps", "--force-reinstall", str(wheels[0])]
    return [[*pip, "--require-hashes", "-r", str(folder / LOCK)], own_wheel]


def _check_sums(folder: Path) -> None:
    """Every file that SHA256SUMS names is what it says. Raises UpgradeError."""
    if not (folder / SUMS).exists():
        return
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        wanted, _, name = line.partition("  ")
        path = folder / name
        if not path.is_file():
            continue  # of another machine: a release holds packages for several
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != wanted:
            raise UpgradeError(f"{path} 与 {SUMS} 不符，可能没有传完；请重新拷贝")


def install(lines: Sequence[Sequence[str]]) -> None:
    """Raises UpgradeError with what pip says."""
    for line in lines:
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UpgradeError(f"pip 没有装好新程序：{done.stderr.strip() or done.returncode}")


# ---------------------------------------------------------------- the data


def restore(data: Path, note: Note) -> Path:
    """The data as they were before the upgrade; returns the folder in which what was written since is kept.

    Raises UpgradeError, with the data folder as it was.
    """
    folder = Path(note.backup)
    problems = backup.problems_of(folder)
    if problems:
        raise UpgradeError(f"没有退回：升级前的备份 {folder} 不能用（{problems[0]}）")
    aside = data.with_name(f"{data.name}-{clock.now():%Y%m%dT%H%M%SZ}")
    with crawl_lock(data, "退回"):
        moved = _move(data, aside)
    try:
        backup.restore(data, folder)
    except BackupError as error:
        for name in moved:
            (aside / name).rename(data / name)
        aside.rmdir()
        raise UpgradeError(f"没有退回：{error}") from error
    return aside


def _move(data: Path, aside: Path) -> list[str]:
    """Everything but the lock; all of it or nothing."""
    moved: list[str] = []
    try:
        aside.mkdir(mode=0o750)
        for path in sorted(data.iterdir()):
            if not path.name.endswith(".lock"):
                path.rename(aside / path.name)
                moved.append(path.name)
    except OSError as error:
        for name in moved:
            (aside / name).rename(data / name)
        if aside.exists():
            aside.rmdir()
        why = "不在同一块磁盘上" if error.errno == errno.EXDEV else error.strerror
        raise UpgradeError(f"没有退回：不能把现在的数据移到 {aside}：{why}") from error
    return moved
