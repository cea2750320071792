"""`subscriptions.toml`: what is understood, and how a mistake is named."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from archive.machine.toml import SettingsError
from archive.record.look import read_only
from archive.tell.subscriptions import DEFAULT_KINDS, NAME, Subscriptions, load
from tests.factory import make_archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("archive")
    make_archive(data).close()
    return data


def read(archive: Path, text: str, mode: int = 0o600) -> Subscriptions:
    path = archive / NAME
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return load(archive, read_only(archive))


def mistakes(archive: Path, text: str, mode: int = 0o600) -> list[tuple[int, str]]:
    with pytest.raises(SettingsError) as caught:
        read(archive, text, mode)
    return [(m.line, m.text) for m in caught.value.mistakes]


def test_an_archive_without_the_file_has_no_subscribers(tmp_path: Path) -> None:
    assert load(tmp_path, None) == Subscriptions()


def test_a_full_subscription_is_understood(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DING_SECRET", "SEC-1")
    found = read(
        archive,
        """
operator_after = 2
mail = "mailtos://robot:${DING_SECRET}@smtp.example.gov.cn:587?from=a@example.gov.cn"

[[subscriber]]
name = "社会救助科"
address = "mailto:jiuzhu@example.gov.cn"
areas = ["社会救助", "elderly-care"]
kinds = ["revised", "附件更换"]
when = "daily"
at = "17:05"

[[subscriber]]
name = "值班"
address = "dingtalk:abcdef"
secret = "${DING_SECRET}"
base = "http://10.0.0.5:8080/"
role = "operator"
kinds = []
notices = ["land"]
""",
    )
    first, second = found.subscribers
    assert found.operator_after == 2
    assert (first.channel, first.areas) == ("mail", ("social-assistance", "elderly-care"))
    assert first.address.endswith("from=a@example.gov.cn&to=jiuzhu%40example.gov.cn")
    assert first.kinds == {"revised", "attachment-replaced"}
    assert first.at == time(17, 5)
    assert (second.channel, second.address, second.secret) == ("dingtalk", "abcdef", "SEC-1")
    assert second.base == "http://10.0.0.5:8080"
    assert second.operator
    assert second.at is None


def test_all_but_upgrades_is_told_when_nothing_is_chosen(archive: Path) -> None:
    (one,) = read(archive, '[[subscriber]]\nname = "a"\naddress = "wecom:k"\n').subscribers
    assert one.kinds == DEFAULT_KINDS
    assert "upgrade" not in one.kinds
    assert one.base == "https://qyapi.weixin.qq.com"


GOOD = '[[subscriber]]\nname = "甲"\naddress = "wecom:${KEY}"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[[subscriber]]\nname = \n", 2, "不是有效的 TOML"),
        ("colour = 1\n" + GOOD, 1, "不认识的设置项 colour"),
        ("operator_after = 0\n" + GOOD, 1, "operator_after"),
        (GOOD + 'area = ["社会救助"]\n', 4, "不认识的设置项 area；是不是 areas？"),
        (GOOD + 'areas = [\n  "社会救助",\n  "社会求助",\n]\n', 6, "没有名为“社会求助”的领域；是不是 社会救助？"),
        (GOOD + "\n# 说明\nnotices = ['lamd']\n", 6, "没有名为“lamd”的通知；是不是 land？"),
        (GOOD + 'kinds = ["revision"]\n', 4, "没有名为“revision”的变化类型"),
        (GOOD + "kinds = []\n", 4, "什么也收不到"),
        (GOOD + 'when = "hourly"\n', 4, "when 应为"),
        (GOOD + 'when = "daily"\nat = "8:30"\n', 5, "at 应写成"),
        (GOOD + 'at = "08:30"\n', 4, "at 只用于"),
        (GOOD + 'role = "boss"\n', 4, "role 应为"),
        (GOOD + 'secret = "x"\n', 4, "只用于 dingtalk 和 feishu"),
        (GOOD + 'base = "ftp://x"\n', 4, "base 应是"),
        (GOOD + "areas = 3\n", 4, "areas 应为列表"),
        (GOOD + GOOD, 5, "name 与前面的订阅人重复"),
        ('[[subscriber]]\naddress = "wecom:k"\n', 1, "缺少 name"),
        ('[[subscriber]]\nname = "a"\n', 1, "缺少 address"),
        ('[[subscriber]]\nname = 5\naddress = "wecom:k"\n', 2, "name 应为文字"),
        ('[[subscriber]]\nname = "a"\naddress = "zhang"\n', 3, "地址应以"),
        ('[[subscriber]]\nname = "a"\naddress = "mailto:a@b.cn"\n', 3, "须有 mail ="),
        ('mail = "mailto://h"\n[[subscriber]]\nname = "a"\naddress = "mailto:a@b.cn,c@d.cn"\n', 4, "一个邮箱地址"),
        ('[[subscriber]]\nname = "a"\naddress = "wecom:https://qyapi.weixin.qq.com/x?key=1"\n', 3, "只写密钥本身"),
        (
            '[[subscriber]]\nname = "a"\naddress = "feishu:${NO_SUCH_VARIABLE}"\n',
            3,
            "环境变量 NO_SUCH_VARIABLE 没有设置",
        ),
        ('[[subscriber]]\nname = "a"\naddress = "feishu:${EMPTY}"\n', 3, "环境变量 EMPTY 是空的"),
        ('[subscriber]\nname = "a"\n', 1, "两层方括号"),
        (GOOD + 'when = "weekly"\non = "星期一"\n', 5, "on 应是 周一"),
        (GOOD + 'on = "周一"\n', 4, 'on 只用于 when = "weekly"'),
        (GOOD + 'levels = ["省级"]\n', 4, "没有名为“省级”的层级"),
    ],
)
def test_a_mistake_is_named_by_its_line(
    archive: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: int, words: str
) -> None:
    monkeypatch.setenv("KEY", "k")
    monkeypatch.setenv("EMPTY", "")
    found = mistakes(archive, text)
    assert [at for at, what in found if words in what] == [line], found


def test_a_mistake_in_the_second_subscriber_is_found_there(archive: Path) -> None:
    text = (
        '[[subscriber]]\nname = "a"\naddress = "wecom:k"\nareas = ["扶贫"]\n\n'
        '[[subscriber]]\nname = "b"\naddress = "wecom:k"\nareas = ["扶贪"]\n'
    )
    assert [line for line, _ in mistakes(archive, text)] == [9]


@pytest.mark.parametrize(
    "line",
    [
        'address = "wecom:693a91f6"',
        'address = "dingtalk:${KEY}"\nsecret = "SECxyz"',
        'address = "mailtos://robot:hunter2@smtp.example.cn?to=a@b.cn"',
        'address = "jsons://hooks.example.cn/T0/abc"',
    ],
)
def test_a_secret_in_a_file_that_others_can_read_is_refused_with_the_remedy(
    archive: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("KEY", "k")
    text = f'[[subscriber]]\nname = "a"\n{line}\n'
    ((_, words),) = mistakes(archive, text, 0o644)
    assert f"chmod 600 {archive / NAME}" in words
    assert "权限 644" in words
    for secret in ("693a91f6", "SECxyz", "hunter2", "abc"):
        assert secret not in words.replace(str(archive), "")
    assert read(archive, text, 0o600).subscribers


def test_a_file_whose_secrets_are_variables_may_be_read_by_others(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "k")
    assert read(archive, GOOD + 'areas = ["扶贫"]\n', 0o644).subscribers[0].address == "k"


def test_secrets_are_taken_from_the_environment_file_beside(archive: Path) -> None:
    env = archive / "guidelines.env"
    env.write_text('# 密钥\nROBOT_KEY="from-file"\n')
    env.chmod(0o600)
    try:
        text = '[[subscriber]]\nname = "a"\naddress = "wecom:${ROBOT_KEY}"\n'
        assert read(archive, text, 0o644).subscribers[0].address == "from-file"
        env.chmod(0o640)
        assert "chmod 600" in mistakes(archive, text)[0][1]
    finally:
        env.unlink()


def test_files_saved_by_a_windows_editor_are_read_past_their_byte_order_mark(archive: Path) -> None:
    env = archive / "guidelines.env"
    env.write_text("ROBOT_KEY=from-file\n", "utf-8-sig")
    env.chmod(0o600)
    try:
        text = '\ufeff[[subscriber]]\nname = "a"\naddress = "wecom:${ROBOT_KEY}"\n'
        assert read(archive, text).subscribers[0].address == "from-file"
        assert mistakes(archive, text + "colour = 1\n")[0][0] == 4
    finally:
        env.unlink()


def test_a_subscriber_hides_its_secrets(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "hunter22")
    text = '[[subscriber]]\nname = "张三"\naddress = "mailtos://robot:${PW}@smtp.example.cn:587?to=zhang@example.cn"\n'
    (one,) = read(archive, text).subscribers
    assert "hunter22" not in repr(one)
    assert one.mask("535 hunter22 zhang@example.cn 张三 rejected") == "535 **** ****@**** **** rejected"
