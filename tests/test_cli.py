"""The command line as a person meets it: Chinese, one line an error, the exit codes of the contract."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from click.testing import CliRunner

from archive.cli import COMMANDS, cli
from archive.commands import chinese
from tests.crawl.harness import environment
from tests.factory import make_archive


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from archive.cli import main; main()", *arguments]
    return subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch"], "没有命令 nosuch"),
        (["statu"], "是否要用"),
        (["crawl", "--nope"], "没有选项 --nope"),
        (["crawl", "--delay", "x"], "取值无效"),
        (["crawl", "--delay", "-1"], "不在范围"),
        (["crawl", "--sources", "/none.toml"], "不存在"),
        (["changes", "--kind", "foo"], "可用的有"),
        (["search"], "缺少参数"),
        (["accept", "1", "2"], "多出的参数"),
        (["search", "--limit"], "缺少值"),
    ],
)
def test_wrong_usage_is_one_sentence_in_chinese_and_exit_code_2(arguments: list[str], said: str) -> None:
    done = run("--data", "/nonexistent", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert not re.search(r"\b(Error|Invalid|No such|Missing|Usage|Did you)\b", done.stderr)


@pytest.mark.parametrize("name", cli.commands)
def test_a_command_is_loaded_from_where_the_list_says(name: str) -> None:
    assert cli.commands[name].name == name


@pytest.mark.parametrize("command", ["status", "search", "changes", "export"])
def test_who_only_looks_loads_no_library_of_those_who_write(command: str) -> None:
    module = next(module for module, names in COMMANDS.items() if command in names)
    program = f"import sys, archive.cli, archive.commands.{module} as m; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    heavy = {"sqlite_utils", "numpy", "jinja2", "lxml", "scrapy", "datasette", "apprise", "trafilatura"}
    assert set(done.stdout.split()) & heavy == set()


def test_a_crawl_loads_nothing_that_only_a_find_needs() -> None:
    program = (
        "import sys, crawler.commands\n"
        "from scrapy.utils.misc import load_object\n"
        "from archive.settings import Settings\n"
        "from crawler.settings import scrapy_settings\n"
        "settings = scrapy_settings(Settings())\n"
        "for kind in ('DOWNLOADER_MIDDLEWARES', 'SPIDER_MIDDLEWARES', 'EXTENSIONS', 'ITEM_PIPELINES'):\n"
        "    for path in settings.get_component_priority_dict_with_base(kind):\n"
        "        load_object(path)\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    heavy = {"sqlite_utils", "numpy", "aiohttp", "requests", "tldextract", "rich", "trafilatura", "datasette"}
    heavy |= {"PIL", "rapidfuzz", "crawler.sandbox.apart", "archive.laws.register"}
    assert "crawler.download.cookies" in done.stdout.split()
    assert set(done.stdout.split()) & heavy == set()


def every_command(group: click.Group = cli, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += every_command(command, (*path, name))
    return found


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_the_help_of_every_command_is_chinese(path: tuple[str, ...]) -> None:
    said = CliRunner().invoke(cli, [*path, "--help"]).output
    assert "用法" in said
    assert not re.search(r"Usage|Options|Commands|Show this|default:", said)


CATALOGUE = Path(chinese.__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES"


def test_everything_that_the_installed_click_can_say_is_in_the_catalogue() -> None:
    with (CATALOGUE / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    said = {message for _, _, message, _, _ in extract_from_dir(Path(click.__file__).parent)}
    assert len(said) > 60
    assert {message.id for message in catalogue if message.id and not message.string} == set()
    assert said == {message.id for message in catalogue if message.id}


def test_the_built_catalogue_is_that_of_its_text() -> None:
    built = BytesIO()
    with (CATALOGUE / "messages.po").open("rb") as file:
        write_mo(built, read_po(file))
    assert built.getvalue() == (CATALOGUE / "messages.mo").read_bytes(), "run scripts/messages"


@pytest.mark.parametrize("command", ["status", "changes", "reextract", "verify", "repair", "serve"])
def test_a_command_on_an_empty_folder_says_what_to_do_first(tmp_path: Path, command: str) -> None:
    done = run("--data", str(tmp_path / "none"), command)
    assert done.returncode == 1
    assert "guidelines crawl" in done.stderr
    assert not (tmp_path / "none" / "archive.db").exists()


def test_a_mistake_in_the_settings_ends_a_crawl_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("dely = 3", "utf-8")
    done = run("--data", str(tmp_path), "crawl", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "dely" in done.stderr


def test_a_mistake_in_the_list_ends_a_crawl_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('[[notice]]\nnumber = 1\nslug = "a"\ntitle = "标题"\n', "utf-8")
    done = run("--data", str(tmp_path), "crawl", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "url" in done.stderr


def test_a_notice_that_is_not_in_the_list_is_wrong_usage_and_begins_nothing(tmp_path: Path) -> None:
    done = run("--data", str(tmp_path), "crawl", "--notice", "nobody", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nobody" in done.stderr
    assert not (tmp_path / "archive.db").exists()


def test_what_is_no_trouble_cannot_be_decided(tmp_path: Path) -> None:
    make_archive(tmp_path).close()
    for command in (["accept", "1"], ["reject", "1"], ["acknowledge", "land"], ["candidates", "accept", "9"]):
        done = run("--data", str(tmp_path), *command)
        assert done.returncode == 1, command
        assert "Traceback" not in done.stderr
