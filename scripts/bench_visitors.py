"""What visitors can do to the site: memory of all its processes and the home page's time beside each attack.

scripts/bench visitors [--tree DIR] [--only WORD]

`--tree` serves with the program of another checkout, for a comparison with an earlier release.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from attrs import define, field

from scripts.measuring import TOP, options

PATIENCE = 90.0
"""Seconds until an attack is given up."""
# ruff: noqa: S608 - statements of an attacker's
CTE = "with recursive c(n) as (select 1 union all select n+1 from c)"
FACETS = "&".join(f"_facet={name}" for name in ("content", "basis", "level2", "time_limit", "subject", "serial"))
WORDS = " OR ".join(f"{c}*" for c in "征地公示社会救助基层政务公开标准目录")

SQL = {
    "hex(zeroblob)": (1, "select length(hex(zeroblob(490000000)))"),
    "replace(hex) x3": (3, "select length(replace(hex(zeroblob(40000000)), '00', 'ffffffff'))"),
    "recursive x20": (20, f"{CTE} select count(*) from c"),
    "200 columns of hex": (3, "select " + ",".join(f"length(hex(zeroblob({8_000_000 - n})))" for n in range(190))),
    "rows of 16 MB x3": (3, f"{CTE} select hex(zeroblob(7900000)) from c limit 1000"),
    "group_concat x3": (3, f"{CTE} select group_concat(hex(zeroblob(1000000))) from c"),
    "printf x3": (3, "select length(printf('%.*c', 490000000, 'x'))"),
    "randomblob x3": (3, f"{CTE} select randomblob(15000000) from c limit 500"),
    "LIKE %a%a x3": (3, f"select hex(zeroblob(1000000)) like '{'%0' * 90}%1'"),
    "cross join x20": (20, "select count(*) from items a, items b, items c where a.content <> c.basis"),
    "window x5": (5, f"{CTE} select sum(n) over (order by n rows 100000 preceding) from c limit 100000000"),
    "sort x3": (3, f"{CTE}, d as (select hex(randomblob(2000)) r from c limit 99999) select r from d order by 1"),
    "json_each x5": (5, f"{CTE} select count(*) from c, json_each('['||replace(hex(zeroblob(900000)),'0','1,')||'1]')"),
    "instr x3": (3, "select instr(hex(zeroblob(7000000)), hex(zeroblob(3000000)) || '1')"),
}  # fmt: skip
TABLES = {
    "facets of long columns x20": (20, f"/archive/items?{FACETS}&_size=max"),
    "facet_array, sort x20": (20, "/archive/items?_facet_array=channels&_facet_date=id&_sort_desc=content&_size=max"),
    "contains over texts x20": (20, f"/archive/versions?text__contains={quote('没有')}&_size=max&_sort=text"),
    "like %a%b x5": (5, f"/archive/versions?text__like={quote('%' + '%'.join('的一是不了在人有我他' * 6))}"),
    "raw full text x20": (20, f"/archive/items?_searchmode=raw&_search={quote(WORDS)}&_size=max&{FACETS}"),
    "all rows as CSV x10": (10, "/archive/items.csv?_stream=1&_labels=on"),
    "texts as JSON x10": (10, "/archive/versions.json?_size=max&_shape=array"),
    "100 facets": (5, "/archive/items?" + "&".join(["_facet=content"] * 50 + ["_facet=basis"] * 50)),
    "our own export x20": (20, "/catalogue.xlsx"),
}


def attacks(sql: bool) -> dict[str, tuple[int, str]]:
    """Name to (how many at once, path)."""
    if not sql:
        return TABLES
    direct = {name: (count, f"/archive.json?sql={quote(text)}") for name, (count, text) in SQL.items()}
    where = f"exists({SQL['recursive x20'][1]})"
    through = {"_where recursive x20": (20, f"/archive/items?_where={quote(where)}&_size=1")}
    big = "length(hex(zeroblob(490000000))) > id"
    return direct | through | {"_where zeroblob": (3, f"/archive/items.json?_where={quote(big)}")}


def main(arguments: Sequence[str]) -> int:
    chosen = options(__doc__, arguments, tree=TOP, only="", items=3000)
    old = "allow_sql" not in (chosen.tree / "archive" / "settings.py").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        _fill(data, chosen.items)
        print(f"{'attack':<30} answers                      longest s  peak MB  home: median s  worst s")
        for sql in (False, True):
            (data / "settings.toml").write_text("" if old else f"allow_sql = {str(sql).lower()}\n")
            for name, (count, path) in attacks(sql).items():
                if chosen.only in name:
                    print(f"{name:<30} {_measured(chosen.tree, data, count, path)}", flush=True)
        if chosen.only in "half-sent":
            print(_half_sent(chosen.tree, data))
    return 0


def _fill(data: Path, items: int) -> None:
    from tests.factory import make_archive

    store = make_archive(data, items=items)
    with store.db.conn:
        store.db.conn.execute("UPDATE versions SET text = text || replace(hex(zeroblob(100000)), '0', '没有改')")
    store.close()


@contextlib.contextmanager
def served(tree: Path, data: Path) -> Iterator[tuple[str, int]]:
    """Address and process of a site."""
    line = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(data), "serve", "--port", "0"]
    process = subprocess.Popen(
        line, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found is not None
        yield found.group(), process.pid
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@define
class Memory:
    """The most that a process and its descendants used together, sampled."""

    pid: int
    peak: int = 0
    _stop: threading.Event = field(factory=threading.Event)

    def watch(self) -> None:
        while not self._stop.wait(0.05):
            self.peak = max(self.peak, tree_bytes(self.pid))

    def stop(self) -> None:
        self._stop.set()


def tree_bytes(pid: int) -> int:
    """Resident bytes of a process and all below it."""
    total = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        total = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(tree_bytes(int(child)) for child in (task / "children").read_text().split())
    return total


def _measured(tree: Path, data: Path, count: int, path: str) -> str:
    with served(tree, data) as (address, pid), ThreadPoolExecutor(count + 1) as threads:
        _ask(address, "/"), _ask(address, "/archive/tasks")  # a site that is up
        memory = Memory(pid)
        threads.submit(memory.watch)
        asked = [threads.submit(_ask, address, path) for _ in range(count)]
        home = []
        while not all(one.done() for one in asked) or not home:
            home.append(_ask(address, "/")[1])
            time.sleep(0.1)
        memory.stop()
        answers = [one.result() for one in asked]
    told = ", ".join(f"{count} x {status}" for status, count in sorted(Counter(a for a, _ in answers).items()))
    home.sort()
    slowest = max(seconds for _, seconds in answers)
    return f"{told:<28} {slowest:>9.1f} {memory.peak / 1e6:>8.0f} {home[len(home) // 2]:>15.2f} {home[-1]:>8.2f}"


def _ask(address: str, path: str) -> tuple[str, float]:
    """The status, or what went wrong, and the seconds it took."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        while answer.read(1 << 20):
            pass
        told = str(answer.status)
    except (OSError, http.client.HTTPException) as error:
        told = type(error).__name__
    finally:
        connection.close()
    return told, time.perf_counter() - began


def _half_sent(tree: Path, data: Path) -> str:
    with served(tree, data) as (address, _):
        port = int(address.rpartition(":")[2])
        opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
        for one in opened:
            one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        home = _ask(address, "/")[1]
        began = time.perf_counter()
        left = opened
        while left and time.perf_counter() - began < 30:
            time.sleep(1)
            left = [one for one in left if _is_open(one)]
        seconds = time.perf_counter() - began
    return f"200 half-sent requests: home {home:.2f} s; {len(left)} still open after {seconds:.0f} s"


def _is_open(one: socket.socket) -> bool:
    try:
        one.send(b"x")
        one.setblocking(False)
        return one.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
