"""The timetable: systemd units where there is systemd, else a block of crontab lines. They are templates in `units/`.

guidelines-run.timer     once a day at a random moment of the night → guidelines run: crawl, verify, notify, backup
guidelines-notify.timer  every ten minutes → guidelines notify: digests at their hour, what was not accepted again
guidelines-web.service   the site

Without systemd cron looks every hour whether today's run is still to be made, and every five minutes whether the site
is there, so that a machine that was off catches up and a site that died comes back.
"""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from attrs import frozen
from jinja2 import Environment, PackageLoader, select_autoescape

from archive.machine.faults import Fault
from archive.operate.logs import RUN_LOG, WEB_LOG
from archive.settings import ENVIRONMENT, Settings

MARK = "# >>> guidelines"
END = "# <<< guidelines"
RUN = "guidelines-run"
ENABLED = ("guidelines-run.timer", "guidelines-notify.timer", "guidelines-web.service")
READER_MB = 2048
"""More than crawler.sandbox.apart.MEMORY_LIMIT."""
UNITS = ("guidelines-run.service", "guidelines-notify.service", "guidelines-alarm@.service", *ENABLED)


def web_memory_mb(settings: Settings) -> int:
    """For the site: itself and three workers, what each may take on top (archive.web.serving.apart), and the disk's
    cache of the archive."""
    files = max(512, 4 * settings.max_bytes >> 20)
    return 4 * 120 + 2 * settings.sql_memory_mb + files + 512


def run_memory_mb(settings: Settings) -> int:
    """For a crawl: the crawler with the largest allowed bodies in its hands, one reader at its limit, and beside it
    LibreOffice with the same file."""
    return 1024 + 2 * READER_MB + (8 * settings.max_bytes >> 20)


class ScheduleError(Fault):
    """The timetable cannot be set up; the message says why and what to do, in Chinese."""


@frozen
class Plan:
    data: Path
    """Absolute."""
    hour: int = 2
    """Local hour of the machine after which the daily run starts."""
    backup: Path | None = None
    """Absolute; None: no backups."""
    host: str = "127.0.0.1"
    port: int = 8001
    system: bool = False
    """Units of the system instead of the user's."""
    user: str = ""
    """For units of the system: who runs them."""
    web_memory_mb: int = 2048
    """More than the site and all its workers take at their limits."""
    run_memory_mb: int = 5502
    """More than a crawl takes with the largest allowed file."""

    @property
    def minute(self) -> int:
        """Of the hour, for cron: another one on each machine, so that not all ask the same sites at once."""
        return crc32(f"{platform.node()}{self.data}".encode()) % 60

    def command(self, *arguments: str) -> list[str]:
        """`guidelines` of this installation, whatever the PATH of a timer."""
        program = Path(sys.executable).with_name("guidelines")
        start = [str(program)] if program.exists() else [sys.executable, "-c", "from archive.cli import main; main()"]
        return [*start, "--data", str(self.data), *arguments]

    def run(self, *options: str) -> list[str]:
        return self.command("run", *options, *(["--backup", str(self.backup)] if self.backup else []))

    def web(self) -> list[str]:
        return self.command("serve", "--host", self.host, "--port", str(self.port))


def plan_for(data: Path, settings: Settings, **chosen: Any) -> Plan:
    """chosen: other fields of the plan."""
    web, run = web_memory_mb(settings), run_memory_mb(settings)
    return Plan(data.absolute(), web_memory_mb=web, run_memory_mb=run, **chosen)


def _rendered(name: str, plan: Plan) -> str:
    templates = Environment(
        loader=PackageLoader("archive.operate", "units"), autoescape=select_autoescape(),
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    templates.filters |= {"words": _words, "path": _path, "shell": shlex.join}
    files = {"log": RUN_LOG, "web_log": WEB_LOG, "lock": "web.lock"}
    found = {key: str(plan.data / name) for key, name in files.items()}
    return templates.get_template(name).render(plan=plan, environment=plan.data / ENVIRONMENT, **found)


# ---------------------------------------------------------------- systemd


def units(plan: Plan) -> dict[str, str]:
    """The unit files by name."""
    return {name: _rendered(name, plan) for name in UNITS}


def _words(parts: Iterable[object]) -> str:
    """A line of words as systemd reads it: it expands % and $ and has quotes of its own."""
    quoted = []
    for part in parts:
        text = str(part).replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")
        quoted.append('"' + text.replace('"', '\\"') + '"' if re.search(r"[\s\"';]", text) else text)
    return " ".join(quoted)


def _path(path: Path) -> str:
    return str(path).replace("%", "%%")


def has_systemd(system: bool) -> bool:
    """Whether a manager of this kind is running and answers."""
    if not shutil.which("systemctl"):
        return False
    found = subprocess.run(["systemctl", *_scope(system), "show-environment"], capture_output=True, check=False)
    return found.returncode == 0


def unit_folder(system: bool) -> Path:
    if system:
        return Path("/etc/systemd/system")
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def install_units(plan: Plan, folder: Path, *, start: bool) -> list[Path]:
    """Write the unit files; `start`: also enable and start them, and the first crawl where there is no archive yet: the
    site has nothing to show before it. Raises ScheduleError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in units(plan).items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise ScheduleError(f"不能写入 {error.filename}：{error.strerror}；系统级服务请用 sudo 运行") from error
    if start:
        systemctl(plan.system, "daemon-reload")
        if begins_at_once(plan.data):
            systemctl(plan.system, "start", "--no-block", RUN)
        systemctl(plan.system, "enable", "--now", *ENABLED)
    return [folder / name for name in UNITS]


def begins_at_once(data: Path) -> bool:
    """Whether a first crawl begins as soon as the units are started, and not only in the night."""
    return not (data / "archive.db").exists()


def begun(system: bool) -> str:
    """What is said when the units were started where there was no archive."""
    return f"第一次抓取已经开始，网站随后打开；看进展：journalctl {'' if system else '--user '}-fu {RUN}"


def remove_units(folder: Path, system: bool, *, stop: bool) -> list[Path]:
    """Take the unit files away; what is archived stays."""
    present = [folder / name for name in UNITS if (folder / name).exists()]
    if present and stop:
        systemctl(system, "disable", "--now", *(path.name for path in present if path.name in ENABLED))
    for path in present:
        path.unlink()
    if present and stop:
        systemctl(system, "daemon-reload")
    return present


def systemctl(system: bool, *arguments: str) -> None:
    """Raises ScheduleError with what it says."""
    done = subprocess.run(["systemctl", *_scope(system), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ScheduleError(f"systemctl {' '.join(arguments)} 失败：{done.stderr.strip()}")


def _scope(system: bool) -> list[str]:
    return [] if system else ["--user"]


def environment_file(data: Path) -> Path:
    """The file for secrets, made with mode 600 when there is none."""
    path = data / ENVIRONMENT
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write("# 密钥，每行一个：名称=值；在 subscriptions.toml 中写作 ${名称}\n")
    return path


# ---------------------------------------------------------------- cron


def crontab_lines(plan: Plan) -> list[str]:
    """The managed block."""
    return _rendered("crontab", plan).splitlines()


def merge_crontab(present: str, block: Sequence[str]) -> str:
    """The crontab with our block in place of the one before; all other lines as they are."""
    ours = re.compile(rf"^{MARK}$.*?(^{END}$|\Z)\n?", re.MULTILINE | re.DOTALL)
    return "".join(f"{line}\n" for line in (*ours.sub("", present).splitlines(), *block))


def read_crontab(user: str = "") -> str:
    """Of this account; with `user` (root may) of another one."""
    if not shutil.which("crontab"):
        raise ScheduleError(
            "这台机器上没有 systemd，也没有 crontab；请安装 cron，或用别的定时工具每天运行 guidelines run"
        )
    done = subprocess.run(["crontab", *_of(user), "-l"], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def write_crontab(text: str, user: str = "") -> None:
    done = subprocess.run(["crontab", *_of(user), "-"], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ScheduleError(f"crontab 不接受新的定时任务：{done.stderr.strip()}")


def remove_from_crontab(user: str = "") -> list[str]:
    """Take our block away; what was removed, in words."""
    try:
        present = read_crontab(user)
    except ScheduleError:  # no cron, so nothing of ours in it
        return []
    if MARK not in present.splitlines():
        return []
    write_crontab(merge_crontab(present, []), user)
    return [f"crontab 中的任务{f'（账号 {user}）' if user else ''}"]


def _of(user: str) -> list[str]:
    return ["-u", user] if user else []
