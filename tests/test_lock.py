import subprocess
import sys

import pytest

from archive.machine.faults import StoreError
from archive.machine.lock import LockHeld, crawl_lock

HOLDER = """
import sys
from pathlib import Path
from archive.machine.lock import crawl_lock
with crawl_lock(Path(sys.argv[1]), "抓取"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_crawl_says_who_holds_the_lock(tmp_path, holder):
    with pytest.raises(LockHeld, match=str(holder.pid)), crawl_lock(tmp_path):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path, holder):
    holder.kill()
    holder.wait()
    with crawl_lock(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    with pytest.raises(StoreError, match=f"不能写入数据目录 {folder}"), crawl_lock(folder):
        pass
