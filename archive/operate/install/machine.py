"""What the machine needs around the archive: an account that runs it, folders that this account may write."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from archive.operate.schedule import ScheduleError

ACCOUNT = "guidelines"
SYSUSERS = Path("etc/sysusers.d/guidelines-archive.conf")
"""For a machine that is not running yet (--root): its systemd makes the account when it starts."""


def below(root: Path | None, path: Path) -> Path:
    """Where a file of the machine stands when its root is mounted at `root`."""
    return root / path.absolute().relative_to("/") if root else path


def has_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def account_of(number: int) -> str:
    return pwd.getpwuid(number).pw_name


def make_account(name: str, home: Path) -> bool:
    """A system account without a password or shell; False when there is one of this name. Raises ScheduleError."""
    if has_account(name):
        return False
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(home)]
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise ScheduleError(f"这台机器上没有 useradd；请先建立账号 {name}，再运行一次")
    shell = "/usr/sbin/nologin" if Path("/usr/sbin/nologin").exists() else "/sbin/nologin"
    done = subprocess.run([program, *command[1:], "--shell", shell, name], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ScheduleError(f"不能建立账号 {name}：{done.stderr.strip()}")
    return True


def declare_account(root: Path, name: str, home: Path) -> Path:
    path = root / SYSUSERS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'u {name} - "公开标准档案" {home}\n', "utf-8")
    return path


def hand_over(folder: Path, name: str) -> None:
    """The folder and all in it belong to the account, whoever has written there before."""
    account = pwd.getpwnam(name)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def closed_to_others(program: Path) -> Path | None:
    """The first folder on the way to the program that another account cannot enter, e.g. /root; None when it can."""
    for folder in reversed(program.absolute().parents):
        if folder.exists() and not folder.stat().st_mode & 0o001:
            return folder
    return None
