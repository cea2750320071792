"""One revision of a page and its file, as five subscribers get it.   python -m tests.notify.five"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.clock import iso
from archive.record.store import Store
from archive.settings import Settings
from archive.tell.messages import Message
from archive.tell.rounds import meet, preview
from archive.tell.subscriptions import NAME, Subscriber
from tests.factory import make_archive
from tests.notify.changes import revise_page, revise_row

T0 = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
SETTINGS = Settings(base_url="https://archive.example.gov.cn")
SERVER = 'mail = "mailto://smtp.example.gov.cn?from=archive@example.gov.cn"\n'
FIVE = (
    ("自然资源科", "mailto:zrzy@example.gov.cn", 'areas = ["农村集体土地征收"]'),
    ("政务公开群", "wecom:key", ""),
    ("钉钉工作群", "dingtalk:token", 'when = "daily"\nat = "08:30"'),
    ("县级事项", "feishu:token", 'levels = ["县级"]'),
    ("值班", "mailto:duty@example.gov.cn", 'role = "operator"\nwhen = "weekly"\non = "周一"'),
)


def messages(data: Path) -> list[tuple[Subscriber, list[Message]]]:
    store = make_archive(data)
    path = data / NAME
    entries = (f'[[subscriber]]\nname = "{name}"\naddress = "{to}"\n{more}\n' for name, to, more in FIVE)
    path.write_text(SERVER + "".join(entries), "utf-8")
    os.utime(path, (T0.timestamp(), T0.timestamp()))
    path.chmod(0o600)
    meet(data, SETTINGS, now=lambda: T0)
    _revise(store)
    return preview(data, SETTINGS, now=lambda: T0 + timedelta(days=8))


def _revise(store: Store) -> None:
    """The page and its file, in one crawl."""
    crawl = store.begin_crawl("revision", "live", "test", {})
    at = iso(T0 + timedelta(hours=1))
    changes = revise_page(store, detected_at=at), revise_row(store, detected_at=at)
    store.db.execute("UPDATE changes SET crawl_id = ? WHERE id IN (?, ?)", [crawl, *changes])
    store.db.conn.commit()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="five-") as folder:
        for subscriber, told in messages(Path(folder)):
            for message in told:
                print(f"=== {subscriber.name} ({subscriber.channel}), {len(told)} message(s)\n{message.title}\n")
                print(message.text)


if __name__ == "__main__":
    main()
