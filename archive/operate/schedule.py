"""The timetable: systemd units where there is systemd, else a block of crontab lines.

guidelines-run.timer     once a day at a random moment of the night → guidelines run: crawl, verify, notify, backup
guidelines-notify.timer  every ten minutes → guidelines notify: digests at their hour, what was not accepted again
guidelines-web.service   the site
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from archive.settings import ENVIRONMENT, Settings

MARK = "# >>> guidelines"
END = "# <<< guidelines"
UNITS = (
    "guidelines-run.service",
    "guidelines-run.timer",
    "guidelines-notify.service",
    "guidelines-notify.timer",
    "guidelines-web.service",
)
HARDENED = (
    "NoNewPrivileges=yes", "PrivateTmp=yes", "LockPersonality=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes",
    "RestrictNamespaces=yes", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "SystemCallArchitectures=native", "SystemCallFilter=@system-service", "SystemCallErrorNumber=EPERM",
)  # fmt: skip
"""Of every unit, the user's too. AF_NETLINK: the resolver and LibreOffice ask for the machine's own addresses."""
HARDENED_SYSTEM = (
    "ProtectSystem=strict", "ProtectHome=read-only", "PrivateDevices=yes", "ProtectClock=yes", "ProtectHostname=yes",
    "ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectControlGroups=yes",
    "ProtectProc=invisible", "CapabilityBoundingSet=", "AmbientCapabilities=", "RemoveIPC=yes", "KeyringMode=private",
)  # fmt: skip
"""Of units of the system, where systemd may set up file systems. A data folder under /home is opened again by name."""
HARDENED_WEB = (
    # Not of the crawl: LibreOffice writes code into memory and runs it
    "MemoryDenyWriteExecute=yes",
    "ProcSubset=pid",
    # A worker that the kernel kills for its memory is replaced; the site itself goes on
    "OOMPolicy=continue", "TasksMax=128", "LimitNOFILE=4096",
)  # fmt: skip
ENABLED = ("guidelines-run.timer", "guidelines-notify.timer", "guidelines-web.service")


def web_memory_mb(settings: Settings) -> int:
    """For the site: itself and three workers, what each may take on top (archive.web.serving.apart), and the disk's
    cache of the archive."""
    files = max(512, 4 * settings.max_bytes >> 20)
    return 4 * 120 + 2 * settings.sql_memory_mb + files + 512


class ScheduleError(Exception):
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

    def command(self, *arguments: str) -> list[str]:
        """`guidelines` of this installation, whatever the PATH of a timer."""
        program = Path(sys.executable).with_name("guidelines")
        start = [str(program)] if program.exists() else [sys.executable, "-c", "from archive.cli import main; main()"]
        return [*start, "--data", str(self.data), *arguments]

    def run(self) -> list[str]:
        return self.command("run", *(["--backup", str(self.backup)] if self.backup else []))

    def web(self) -> list[str]:
        return self.command("serve", "--host", self.host, "--port", str(self.port))


# ---------------------------------------------------------------- systemd


def units(plan: Plan) -> dict[str, str]:
    """The unit files by name."""
    night = f"*-*-* {plan.hour:02}:00:00"
    return {
        "guidelines-run.service": _service(plan, "抓取、核对、投递、备份", plan.run(), "oneshot", "6h"),
        "guidelines-run.timer": _timer("每天抓取一次", night, "2h"),
        "guidelines-notify.service": _service(plan, "投递提醒", plan.command("notify"), "oneshot", "30min"),
        "guidelines-notify.timer": _timer("每十分钟投递一次", "*:0/10", "30s"),
        "guidelines-web.service": _service(plan, "网站", plan.web(), "exec", ""),
    }


def _service(plan: Plan, what: str, command: Sequence[str], kind: str, limit: str) -> str:
    """A limit for a oneshot is TimeoutStartSec: RuntimeMaxSec does not count while it starts, which is all it does."""
    web = kind != "oneshot"
    writable = [plan.data, *([plan.backup] if plan.backup and not web else [])]
    lines = [
        "[Unit]",
        f"Description=基层政务公开标准档案：{what}",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        f"Type={kind}",
        f"ExecStart={' '.join(_quoted(part) for part in command)}",
        f"WorkingDirectory={_path(plan.data)}",
        f"EnvironmentFile=-{_path(plan.data / ENVIRONMENT)}",
        "Environment=PYTHONUNBUFFERED=1",
        "UMask=0027",
    ]
    if plan.system and plan.user:
        lines.append(f"User={plan.user}")
    if not web:
        # 3: done, but a person is needed, which status and the operators' alerts say
        lines += [f"TimeoutStartSec={limit}", "SuccessExitStatus=3", "Nice=10", "IOSchedulingClass=idle"]
    else:
        lines += ["Restart=on-failure", "RestartSec=10s", f"MemoryMax={plan.web_memory_mb}M", *HARDENED_WEB]
    lines += HARDENED
    if plan.system:
        lines += [*HARDENED_SYSTEM, f"ReadWritePaths={' '.join(_quoted(str(path)) for path in writable)}"]
    if web:
        lines += ["", "[Install]", f"WantedBy={'multi-user' if plan.system else 'default'}.target"]
    return "\n".join(lines) + "\n"


def _timer(what: str, calendar: str, delay: str) -> str:
    return "\n".join(
        [
            "[Unit]",
            f"Description=基层政务公开标准档案：{what}",
            "",
            "[Timer]",
            f"OnCalendar={calendar}",
            f"RandomizedDelaySec={delay}",
            "Persistent=true",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )


def _quoted(text: str) -> str:
    """One word of ExecStart: systemd expands % and $ and has quotes of its own."""
    text = text.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$")
    return '"' + text.replace('"', '\\"') + '"' if re.search(r"[\s\"';]", text) else text


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
    """Write the unit files; `start`: also enable and start them. Raises ScheduleError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in units(plan).items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise ScheduleError(f"不能写入 {error.filename}：{error.strerror}；系统级服务请用 sudo 运行") from error
    if start:
        _systemctl(plan.system, "daemon-reload")
        _systemctl(plan.system, "enable", "--now", *ENABLED)
    return [folder / name for name in UNITS]


def remove_units(folder: Path, system: bool, *, stop: bool) -> list[Path]:
    """Take the unit files away; what is archived stays."""
    present = [folder / name for name in UNITS if (folder / name).exists()]
    if present and stop:
        _systemctl(system, "disable", "--now", *(path.name for path in present if path.name in ENABLED))
    for path in present:
        path.unlink()
    if present and stop:
        _systemctl(system, "daemon-reload")
    return present


def _systemctl(system: bool, *arguments: str) -> None:
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
    """The managed block. flock, nice and timeout stand in for what systemd does; the delay is random each night."""
    log = shlex.quote(str(plan.data / "run.log"))
    run = f"{_low(6 * 3600)} {shlex.join(plan.run())}"
    notify = f"{_low(1800)} {shlex.join(plan.command('notify'))}"
    web = f"{shlex.join(plan.web())}"
    # a % in a crontab line means newline
    return [
        MARK,
        *(
            line.replace("%", r"\%")
            for line in (
                f"0 {plan.hour} * * * sleep $(awk 'BEGIN {{srand(); print int(rand()*7200)}}'); {run} >>{log} 2>&1",
                f"*/10 * * * * {notify} >>{log} 2>&1",
                f"@reboot {web} >>{log} 2>&1",
            )
        ),
        END,
    ]


def _low(seconds: int) -> str:
    return f"timeout {seconds} nice -n 10"


def merge_crontab(present: str, block: Sequence[str]) -> str:
    """The crontab with our block in place of the one before; all other lines as they are."""
    kept: list[str] = []
    ours = False
    for line in present.splitlines():
        ours = ours or line == MARK
        if not ours:
            kept.append(line)
        ours = ours and line != END
    return "".join(f"{line}\n" for line in (*kept, *block))


def read_crontab() -> str:
    if not shutil.which("crontab"):
        raise ScheduleError(
            "这台机器上没有 systemd，也没有 crontab；请安装 cron，或用别的定时工具每天运行 guidelines run"
        )
    done = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def write_crontab(text: str) -> None:
    done = subprocess.run(["crontab", "-"], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ScheduleError(f"crontab 不接受新的定时任务：{done.stderr.strip()}")
