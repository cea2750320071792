"""`guidelines merge`: other archives into this one."""

from __future__ import annotations

from pathlib import Path

import click

from archive.commands import emit, err, json_option, out, pass_data


@click.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--name", default="", help="来源档案的名称，如“甲市”（默认用目录名）；网页上据此筛选。")
@json_option
@pass_data
def merge(data: Path, folder: Path, name: str, as_json: bool) -> None:
    """把另一份档案（FOLDER 是它的数据目录）并入本档案：抓取记录、原文、各版文本、目录行和修订；可重复运行。"""
    from archive.machine import faults
    from archive.machine.lock import crawl_lock
    from archive.merge.merge import merge as run
    from archive.record.store import Store

    with crawl_lock(data, "合并档案"):
        faults.refuse_damaged(data)
        store = Store.open(data)
        try:
            found = run(store, folder, name, lambda what: err.print(f"{what}……", markup=False))
        finally:
            store.close()
    if as_json:
        emit(found)
        return
    names = {
        "notices": "通知",
        "documents": "文件",
        "captures": "抓取记录",
        "versions": "文本版本",
        "items": "目录行",
        "changes": "修订",
    }
    new = "，".join(f"{names[what]} {n}" for what, n in found["new"].items() if n)
    out.print(f"已并入 {found['origin']}：新增 {new}" if new else f"{found['origin']} 没有新的内容", markup=False)
