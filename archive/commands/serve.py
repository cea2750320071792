"""`guidelines serve`: the site, on the live archive."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from pathlib import Path
from typing import Any

import click

from archive.commands import out, pass_data
from archive.machine.faults import StoreError
from archive.settings import load_settings


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址；0.0.0.0 表示本机所有地址。")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="监听端口；0 由系统分配。")
@pass_data
def serve(data: Path, host: str, port: int) -> None:
    """打开网站，供浏览器查阅和检索。"""
    from archive.web.app import site  # takes most of a second, which no other command should wait

    datasette = site(data)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        both = family == socket.AF_INET6  # as `::` takes visitors with IPv4 addresses too
        listening = socket.create_server((host, port), family=family, backlog=128, dualstack_ipv6=both)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StoreError(f"端口 {port} 已被占用；请先关闭占用它的程序，或用 --port 换一个端口") from error
        why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise StoreError(f"不能在 {host}:{port} 监听：{why}") from error
    asyncio.run(_run(datasette, data, listening))


async def _run(datasette: Any, data: Path, listening: socket.socket) -> None:
    import uvicorn

    from archive.web.serving.apart import with_workers
    from archive.web.serving.connections import HEAD_BYTES, KEEP_ALIVE, Guarded

    await datasette.invoke_startup()
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        datasette.app(), log_level="warning", proxy_headers=True, server_header=False, lifespan="on", ws="none",
        http=Guarded, h11_max_incomplete_event_size=HEAD_BYTES, timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    async with with_workers(datasette, data, load_settings(data)):
        out.print(f"网站已打开：http://{shown}:{port}/　（按 Ctrl+C 关闭）", markup=False)
        await uvicorn.Server(config).serve(sockets=[listening])
