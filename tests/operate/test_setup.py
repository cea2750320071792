"""`guidelines setup` as an office runs it: asked or told by options, with a real mail server; and `uninstall`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli import cli
from archive.operate import schedule
from archive.operate.install import files, machine
from archive.settings import environment_of, load_settings, take_over
from archive.tell.subscriptions import load
from crawler.sandbox.apart import MEMORY_LIMIT
from tests.notify.receivers import Mailbox, mail_server

MAIL = "mailtos://robot:${{SMTP_PASSWORD}}@127.0.0.1:{port}?mode=starttls&from=archive@example.gov.cn"
PASSWORD = "correct-horse-battery"


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    folder = tmp_path / "mail"
    folder.mkdir()
    with mail_server(folder) as box:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
        yield box


def guidelines(*arguments: object, answers: str = "") -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=answers)


def test_whoever_answers_the_questions_gets_an_archive_that_runs_itself_and_a_mail(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    root, data = tmp_path / "root", Path("/srv/guidelines")
    answers = [
        "xxgk@example.gov.cn", "", "9001", "https://www.example.gov.cn/zwgk/", "3", "/backup/guidelines",
        MAIL.format(port=mailbox.port), "社会救助科", "mailto:a@example.gov.cn", "值班",
        "mailto:b@example.gov.cn", PASSWORD,
    ]  # fmt: skip
    done = guidelines("--data", data, "setup", "--root", root, answers="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    real = root / "srv/guidelines"
    settings = load_settings(real)
    assert (settings.contact, settings.base_url) == ("xxgk@example.gov.cn", "https://www.example.gov.cn/zwgk")
    assert settings.sub_path == "/zwgk"
    found = {subscriber.name: subscriber.operator for subscriber in load(real, None).subscribers}
    assert found == {"社会救助科": False, "值班": True}
    assert (real / "guidelines.env").stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in (real / "subscriptions.toml").read_text()
    assert [letter["To"] for letter in mailbox.letters] == ["a@example.gov.cn", "b@example.gov.cn"]
    assert done.output.count("服务器已经收下") == 2
    units = root / "etc/systemd/system"
    assert "--port 9001" in (units / "guidelines-web.service").read_text()
    assert "run --backup /backup/guidelines" in (units / "guidelines-run.service").read_text()
    assert "OnCalendar=*-*-* 03:00:00" in (units / "guidelines-run.timer").read_text()
    for name in ("guidelines-web.service", "guidelines-run.service", "guidelines-notify.service"):
        text = (units / name).read_text()
        for line in ("User=guidelines", "MemoryMax=", "OnFailure=guidelines-alarm@%n.service", "NoNewPrivileges=yes"):
            assert line in text
    assert "u guidelines " in (root / machine.SYSUSERS).read_text()
    _verified(units)


def _verified(units: Path) -> None:
    if not shutil.which("systemd-analyze"):
        return
    files = sorted(map(str, units.iterdir()))
    done = subprocess.run(
        ["systemd-analyze", "--system", "verify", "--recursive-errors=no", *files],
        capture_output=True, text=True, env=os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"},
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "guidelines" in line and "not found" not in line]
    assert complaints == []


def test_a_server_that_refuses_the_test_message_is_said_and_the_rest_is_done(
    tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "wrong")
    done = guidelines(
        "--data", tmp_path / "data", "setup", "--root", tmp_path / "root", "--yes",
        "--mail", MAIL.format(port=mailbox.port), "--operator", "值班", "mailto:b@example.gov.cn",
    )  # fmt: skip
    assert done.exit_code == 3, done.output
    assert "给“值班”的测试消息没有送达" in done.output
    assert "subscriptions test 值班" in done.output
    assert mailbox.letters == []
    assert (tmp_path / "root/etc/systemd/system/guidelines-run.timer").exists()


def test_a_second_time_changes_what_is_said_and_leaves_all_else(tmp_path: Path) -> None:
    root = tmp_path / "root"
    real = machine.below(root, tmp_path / "data")
    first = ("--data", tmp_path / "data", "setup", "--root", root, "--yes", "--no-test")
    subscriber = ("--subscriber", "群", "wecom:${KEY}")
    real.mkdir(parents=True)
    (real / "settings.toml").write_text('# 我们的\ndelay = 9.5\ncontact = "old@example.cn"  # 旧的\n')
    done = guidelines(*first, *subscriber)
    assert done.exit_code == 2
    assert "没有密钥 KEY" in done.output
    (real / "guidelines.env").write_text("KEY=k\n")
    assert guidelines(*first, *subscriber, "--contact", "new@example.cn").exit_code == 0
    again = guidelines(*first, *subscriber, "--contact", "new@example.cn")
    assert "已有名为“群”的订阅人" in again.output
    assert (real / "settings.toml").read_text() == '# 我们的\ndelay = 9.5\ncontact = "new@example.cn"\n'
    assert len(load(real, None).subscribers) == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--base-url", "www.example.gov.cn"), "应以 http://"),
        (("--base-url", "https://example.gov.cn/政务"), "sub_path"),
        (("--operator", "值班", "mailto:b@example.gov.cn"), "发信服务器"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_installed(
    tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    done = guidelines("--data", tmp_path / "data", "setup", "--root", tmp_path / "root", "--yes", *options)
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert not (tmp_path / "root/etc").exists()


def test_nobody_at_the_terminal_is_one_sentence(tmp_path: Path) -> None:
    done = guidelines("--data", tmp_path / "data", "setup", "--root", tmp_path / "root")
    assert done.exit_code == 1
    assert "--yes" in done.output


def test_uninstall_takes_the_units_and_keeps_the_data(tmp_path: Path) -> None:
    root, data = tmp_path / "root", tmp_path / "data"
    assert guidelines("--data", data, "setup", "--root", root, "--yes", "--contact", "a@b.cn").exit_code == 0
    done = guidelines("--data", data, "uninstall", "--root", root)
    assert done.exit_code == 0
    assert list((root / "etc/systemd/system").iterdir()) == []
    assert (machine.below(root, data) / "settings.toml").exists()
    assert "没有装过" in guidelines("--data", data, "uninstall", "--root", root).output


def test_without_systemd_setup_writes_the_crontab_and_uninstall_takes_it_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "crontab.txt"
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "crontab"
    fake.write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then cat {table} 2>/dev/null; else cat >{table}; fi\n')
    fake.chmod(0o755)
    table.write_text("5 4 * * * my-job\n")
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    data = tmp_path / "data"
    done = guidelines("--data", data, "setup", "--no-system", "--cron", "--yes", "--hour", "4")
    assert done.exit_code == 0, done.output
    assert f"--data {data} run --daily 4" in table.read_text()
    assert guidelines("--data", data, "uninstall", "--no-system").exit_code == 0
    assert table.read_text() == "5 4 * * * my-job\n"
    assert data.exists()


def test_a_crawl_has_room_for_the_largest_file_its_reader_and_libreoffice() -> None:
    from archive.settings import Settings

    assert schedule.READER_MB << 20 > MEMORY_LIMIT
    room = schedule.run_memory_mb(Settings())
    assert room >= 2 * schedule.READER_MB + 8 * (Settings().max_bytes >> 20)
    assert schedule.run_memory_mb(Settings(max_bytes=500_000_000)) > room


@pytest.mark.parametrize("secret", ["plain", "with space", "it's", 'say "x"', "$HOME`id`", "back\\slash", "#hash"])
def test_a_secret_is_read_the_same_by_us_and_by_sh(tmp_path: Path, secret: str) -> None:
    files.write_secret(tmp_path, "KEY", "old")
    path = files.write_secret(tmp_path, "KEY", secret)
    assert environment_of(tmp_path) == {"KEY": secret}
    shown = subprocess.run(["/bin/sh", "-c", f'. {path}; printf %s "$KEY"'], capture_output=True, text=True)
    assert shown.stdout == secret


def test_a_secret_that_no_quotes_can_hold_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(files.Unwritable) as refused:
        files.write_secret(tmp_path, "KEY", "a'b$c\"d")
    assert "a'b" not in str(refused.value)


def test_a_program_below_a_closed_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    assert machine.closed_to_others(tmp_path / "closed/bin/guidelines") is not None


def test_every_command_takes_the_proxy_from_the_environment_file_unless_it_is_told_another(tmp_path: Path) -> None:
    (tmp_path / "guidelines.env").write_text("https_proxy=http://10.0.0.1:3128\nNO_PROXY=10.0.0.0/8\nKEY=secret\n")
    environment = {"no_proxy": "mine"}
    take_over(tmp_path, environment)
    assert environment == {"no_proxy": "mine", "https_proxy": "http://10.0.0.1:3128"}
