"""From the ministry's page to the chat: real crawls over sockets, real changes, real messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.crawl.harness import SENTENCES, environment, page
from tests.crawled import LINK, site, watch
from tests.notify.receivers import endpoint, keep


def test_a_revision_on_the_ministrys_page_reaches_the_chat_once(tmp_path: Path) -> None:
    with site() as server, endpoint() as receiver:
        archive = watch(tmp_path / "data", server)

        def notify() -> dict:
            command = [sys.executable, "-c", "from archive.cli import main; main()", "--data", str(archive.data)]
            done = subprocess.run(
                [*command, "notify", "--json"], env=environment(), capture_output=True, text=True, check=True
            )
            return json.loads(done.stdout)

        archive.crawl()
        subscriptions = archive.data / "subscriptions.toml"
        subscriptions.write_text(f'[[subscriber]]\nname = "甲"\naddress = "wecom:k"\nbase = "{receiver.url}"\n')
        subscriptions.chmod(0o600)
        assert notify()["sent"] == 2
        assert len(receiver.calls) == 1
        server.put("a.example", "/t.html", page("land", LINK, SENTENCES.replace("20个工作日", "7个工作日")))
        archive.crawl()
        report = notify()
        assert report["sent"] == 1, report
        assert notify()["sent"] == 0
        text = receiver.calls[1].body["markdown"]["content"]
        keep("wecom-crawled.md", text)
        assert "20个工作日" in text
        assert "7个工作日" in text
        assert len(receiver.calls) == 2
