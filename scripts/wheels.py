"""Which packages a machine of another kind installs, wheels only: checks a lock file, fills a wheelhouse.

python -m scripts.wheels check LOCK             every Python × processor must have a wheel of every package
python -m scripts.wheels collect LOCK DIR [--python 3.12] [--machine aarch64]

uv says what the lock holds for a Python and a processor; pip, told that it installs there, finds the wheels. pip also
obeys the upper bounds on Python that uv leaves out of account.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
GLIBC = range(28, 4, -1)
"""Minor versions of glibc 2 whose wheels run on glibc 2.28: Debian 10, openEuler 20.03, 麒麟 V10 and newer."""
OLD_NAMES = {"x86_64": ("manylinux2014", "manylinux2010", "manylinux1"), "aarch64": ("manylinux2014",)}


def pins(lock: Path, python: str, machine: str) -> str:
    """The lines of a lock file that count there, without conditions."""
    command = [
        sys.executable, "-m", "uv", "--no-config", "pip", "compile", "--quiet", "--no-deps", "--generate-hashes",
        "--no-header", "--no-annotate", "--python-version", python, "--python-platform", f"{machine}-manylinux_2_28",
        str(lock),
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pip(action: list[str], python: str, machine: str, requirements: Path) -> subprocess.CompletedProcess[str]:
    """pip as it would choose on that machine; nothing is built."""
    names = [f"manylinux_2_{minor}" for minor in GLIBC] + list(OLD_NAMES[machine])
    there = [word for name in names for word in ("--platform", f"{name}_{machine}")]
    command = [
        sys.executable, "-m", "pip", *action, "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
        "--only-binary=:all:", "--implementation", "cp", "--python-version", python, *there, "-r", str(requirements),
    ]  # fmt: skip
    return subprocess.run(command, check=False, capture_output=True, text=True)


def check(lock: Path) -> int:
    """0 when every Python and processor has wheels of everything; prints a line for each."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        for python in PYTHONS:
            for machine in MACHINES:
                requirements.write_text(pins(lock, python, machine))
                action = ["install", "--dry-run", "--ignore-installed", "--target", str(Path(folder) / "target")]
                done = pip(action, python, machine, requirements)
                said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
                print(
                    f"{lock.name} Python {python} {machine}: " + ("; ".join(said) if done.returncode else "wheels only")
                )
                failed |= done.returncode
    return 1 if failed else 0


def collect(lock: Path, target: Path, python: str, machine: str) -> int:
    """Every wheel for one kind of machine into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(pins(lock, python, machine))
        done = pip(["download", "--dest", str(target)], python, machine, requirements)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        print(f"没有备齐：Python {python}，{machine}。请看上面 pip 的说明。", file=sys.stderr)
        return 1
    wheels = list(target.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 2**20
    print(f"{target} 中有 {len(wheels)} 个软件包，共 {size:.0f} MB（Python {python}，{machine}）。")
    print(f"拷到目标机器后：scripts/start --wheelhouse {target.name}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check")
    checking.add_argument("lock", type=Path)
    collecting = commands.add_parser("collect")
    collecting.add_argument("lock", type=Path)
    collecting.add_argument("target", type=Path)
    collecting.add_argument("--python", default=f"{sys.version_info.major}.{sys.version_info.minor}", choices=PYTHONS)
    collecting.add_argument("--machine", default=platform.machine(), choices=MACHINES)
    given = parser.parse_args()
    if given.command == "check":
        return check(given.lock)
    return collect(given.lock, given.target, given.python, given.machine)


if __name__ == "__main__":
    sys.exit(main())
