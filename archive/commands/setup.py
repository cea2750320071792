"""`guidelines setup` and `uninstall`: from an installed program to an archive that runs itself, and back."""

from __future__ import annotations

import getpass
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from attrs import frozen

from archive.commands import ATTENTION, FAILED, OK, USAGE, err, out, stop
from archive.operate import schedule
from archive.operate.install import files, machine
from archive.settings import Settings, environment_of, load_settings

FOLDER = click.Path(path_type=Path, file_okay=False)
SYSTEM_DATA = Path("/var/lib/guidelines")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@frozen
class Place:
    """Where things go on this machine, or on one whose root is mounted at `root`."""

    data: Path
    """Absolute, as the machine itself will see it."""
    root: Path | None
    system: bool
    user: str
    """For units of the system."""

    @property
    def real(self) -> Path:
        return machine.below(self.root, self.data)

    @property
    def units(self) -> Path:
        if self.root and not self.system:
            return self.root / "etc/systemd/user"
        return machine.below(self.root, schedule.unit_folder(self.system))

    def systemd(self, cron: bool) -> bool:
        return not cron and (self.root is not None or schedule.has_systemd(self.system))


PLACE = (
    click.option("--system/--no-system", default=None, help="装为系统服务，或当前用户的服务；root 默认装为系统服务。"),
    click.option("--user", default=machine.ACCOUNT, show_default=True, help="系统服务以哪个账号运行，没有时建立。"),
    click.option("--root", type=FOLDER, help="写到另一个根目录之下（如制作镜像），什么也不启动；不需要 root。"),
)
WISHES = (
    click.option("--contact", help="联系方式（邮箱或网址），写进程序标识，让网站管理员找得到您。"),
    click.option("--base-url", help="别人打开网站所用的网址，写进提醒；代理放在子路径下时连子路径一起写。"),
    click.option("--host", help="网站监听的地址。"),
    click.option("--port", type=click.IntRange(1, 65535), help="网站的端口。"),
    click.option("--hour", type=click.IntRange(0, 23), help="每天几点后开始抓取。"),
    click.option("--backup", help="每天备份到这个目录；空的是不备份。"),
    click.option("--mail", help="发信服务器（mailtos://…），密钥写成 ${名称}。"),
    click.option("--subscriber", nargs=2, metavar="名称 地址", help="第一个订阅人。"),
    click.option("--operator", nargs=2, metavar="名称 地址", help="运行维护人员：另外收到运行提醒。"),
)


def _options(*groups: tuple[Callable[[Any], Any], ...]) -> Callable[[Any], Any]:
    def decorate(command: Any) -> Any:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return decorate


@click.command()
@_options(PLACE, WISHES)
@click.option("--cron", is_flag=True, help="即使有 systemd 也用 crontab。")
@click.option("--no-start", is_flag=True, help="写好文件，不启动。")
@click.option("--no-test", is_flag=True, help="不发测试消息。")
@click.option("--yes", is_flag=True, help="不提问，没有写明的用默认值。")
@click.pass_context
def setup(context: click.Context, /, cron: bool, no_start: bool, no_test: bool, yes: bool, **given: Any) -> None:
    """装好以后的设置：写设置和订阅，建立运行账号，安装定时任务和网站服务，发一条测试消息。可以重复运行。"""
    try:
        place = _place(context, yes, given)
        present = load_settings(place.real)
        wishes = given if yes else {**given, **_asked(given, present)}
        _check(place, wishes)
        _write(place, wishes, present, yes)
        start, systemd = not (no_start or place.root), place.systemd(cron)
        begun = start and systemd and schedule.begins_at_once(place.data)
        _install(place, wishes, systemd, start)
        refused = [] if no_test else list(_tried(place, wishes))
    except files.Unwritable as error:
        stop(USAGE, error)
    except click.Abort:
        stop(FAILED, "没有设置完：有问题没有回答。可以再运行一次，或用选项写明并加 --yes（见 guidelines setup --help）")
    out.print(_next(place, begun), markup=False, soft_wrap=True)
    raise SystemExit(ATTENTION if refused else OK)


# ---------------------------------------------------------------- what is wanted


def _place(context: click.Context, yes: bool, given: dict[str, Any]) -> Place:
    """Takes its own options out of `given`."""
    system, user, root = given.pop("system"), given.pop("user"), given.pop("root")
    if system is None:
        system = root is not None or os.geteuid() == 0
    data: Path = context.find_root().obj
    source = context.find_root().get_parameter_source("data")
    if source is click.core.ParameterSource.DEFAULT and "GUIDELINES_DATA" not in os.environ:
        data = SYSTEM_DATA if system else data.absolute()
        if not yes:
            data = Path(click.prompt("数据目录", default=str(data)))
    return Place(data.absolute(), root, system, user)


def _asked(given: Mapping[str, Any], present: Settings) -> dict[str, Any]:
    """What the options left open, from whoever sits at the terminal; an empty answer leaves a thing out."""
    found: dict[str, Any] = {}

    def ask(name: str, text: str, default: Any = "", **how: Any) -> None:
        if given[name] is None:
            found[name] = click.prompt(text, default=default, show_default=default != "", **how)

    def ask_person(name: str, text: str) -> None:
        if given[name] is None:
            called = click.prompt(f"{text}的名称（空：不设）", default="", show_default=False)
            found[name] = (called, click.prompt("投递地址（如 mailto:邮箱、wecom:密钥）")) if called else None

    ask("contact", "联系方式（邮箱或网址），让网站管理员找得到您", present.contact)
    ask("host", "网站监听的地址", "127.0.0.1")
    ask("port", "网站的端口", 8001, type=click.IntRange(1, 65535))
    host, port = given["host"] or found["host"], given["port"] or found["port"]
    usual = Settings().base_url
    ask(
        "base_url", "别人打开网站所用的网址", f"http://{host}:{port}" if present.base_url == usual else present.base_url
    )
    ask("hour", "每天几点后开始抓取", 2, type=click.IntRange(0, 23))
    ask("backup", "每天备份到哪个目录（空：不备份）")
    ask(
        "mail",
        "发信服务器，如 mailtos://robot:${SMTP_PASSWORD}@smtp.example.gov.cn:587?mode=starttls&from=…（空：不发邮件）",
    )
    ask_person("subscriber", "第一个订阅人")
    ask_person("operator", "运行维护人员")
    return found


def _check(place: Place, wishes: Mapping[str, Any]) -> None:
    """What would fail later. Ends the command."""
    url = urlsplit(wishes["base_url"] or "")
    if wishes["base_url"] and (url.scheme not in ("http", "https") or not url.hostname):
        stop(USAGE, f"网址 {wishes['base_url']} 应以 http:// 或 https:// 开头")
    if not place.root and place.system and os.geteuid():
        stop(FAILED, "装系统服务要写入 /etc，请用 sudo 运行；或用 --no-system 装为当前用户的服务")
    program = Path(schedule.Plan(place.data).command()[0])
    closed = machine.closed_to_others(program)
    if not place.root and place.system and place.user != "root" and closed:
        stop(FAILED, f"程序装在 {program}，账号 {place.user} 进不了 {closed}；请把程序装到别处，例如 /opt/guidelines")


# ---------------------------------------------------------------- what is written


def _write(place: Place, wishes: Mapping[str, Any], present: Settings, yes: bool) -> None:
    """Settings, secrets and subscriptions. Raises SettingsError, Unwritable."""
    try:
        place.real.mkdir(parents=True, exist_ok=True, mode=0o750)
        values = {key: wishes[key] for key in ("contact", "base_url") if wishes[key]}
        if wishes["base_url"]:
            values["base_url"] = wishes["base_url"].rstrip("/")
            below = urlsplit(values["base_url"]).path
            values |= {"sub_path": below} if below or present.sub_path else {}
        if values:
            out.print(f"已写入 {files.write_settings(place.real, values)}", markup=False)
        out.print(f"密钥文件 {schedule.environment_file(place.real)}", markup=False)
        _secrets(place, wishes, yes)
        _subscribe(place, wishes)
    except OSError as error:
        stop(FAILED, f"不能写入 {error.filename or place.real}：{error.strerror}")


def _secrets(place: Place, wishes: Mapping[str, Any], yes: bool) -> None:
    """Whatever is written as ${NAME} and stands nowhere yet: from this process's environment, or asked for."""
    texts = [wishes["mail"] or "", *(person[1] for _, person in _people(wishes))]
    for name in dict.fromkeys(name for text in texts for name in _VARIABLE.findall(text)):
        if name in environment_of(place.real):
            continue
        value = os.environ.get(name, "")
        if not value and yes:
            stop(USAGE, f"没有密钥 {name}：请写入 {schedule.environment_file(place.real)}，或先 export {name}=…")
        files.write_secret(place.real, name, value or click.prompt(f"密钥 {name}（输入时不显示）", hide_input=True))


def _people(wishes: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    yield from ((role, wishes[role]) for role in ("subscriber", "operator") if wishes[role])


def _subscribe(place: Place, wishes: Mapping[str, Any]) -> None:
    from archive.tell import edit
    from archive.tell.subscriptions import NAME

    for role, (name, address) in _people(wishes):
        path = place.real / NAME
        known = tomllib.loads(path.read_text("utf-8-sig")) if path.exists() else {}
        server = None if "mail" in known else wishes["mail"] or None
        given = {"operator": role == "operator"}
        entry = partial(edit.added, name=name, address=address, server=server, given=given)
        try:
            edit.rewrite(place.real, entry)
        except edit.Unknown as error:
            out.print(f"{error}，没有改动", markup=False)
        else:
            out.print(f"已写入 {path}：{name}", markup=False)


def _install(place: Place, wishes: Mapping[str, Any], systemd: bool, start: bool) -> None:
    """The account, the units or the crontab. Raises ScheduleError."""
    backup = Path(wishes["backup"]).absolute() if wishes["backup"] else None
    chosen = {key: wishes[key] for key in ("host", "port", "hour") if wishes[key] is not None}
    user = place.user if place.system else ""
    plan = schedule.plan_for(
        place.data, load_settings(place.real), backup=backup, system=place.system, user=user, **chosen
    )
    if backup:
        machine.below(place.root, backup).mkdir(parents=True, exist_ok=True)
    if place.root and user:
        out.print(f"已写入 {machine.declare_account(place.root, user, place.data)}", markup=False)
    elif user:
        if machine.make_account(user, place.data):
            out.print(f"已建立账号 {user}", markup=False)
        for folder in (place.data, backup):
            if folder:
                machine.hand_over(folder, user)
    if systemd:
        for path in schedule.install_units(plan, place.units, start=start):
            out.print(f"已写入 {path}", markup=False)
    else:
        other = user if user and user != getpass.getuser() else ""
        present = schedule.read_crontab(other)
        schedule.write_crontab(schedule.merge_crontab(present, schedule.crontab_lines(plan)), other)
        out.print("已写入 crontab" + (f"（账号 {other}）" if other else ""), markup=False)


def _tried(place: Place, wishes: Mapping[str, Any]) -> Iterator[str]:
    """A test message to each one named; yields whom no server took it for."""
    from archive.tell.rounds import send_trial
    from archive.tell.send.errors import SendError
    from archive.tell.subscriptions import load

    names = [person[0] for _, person in _people(wishes)]
    for subscriber in load(place.real, None).subscribers if names else ():
        if subscriber.name not in names:
            continue
        try:
            send_trial(place.real, subscriber)
        except SendError as error:
            err.print(f"给“{subscriber.name}”的测试消息没有送达：{error}", markup=False)
            err.print(
                f"  改正后再试：guidelines --data {place.data} subscriptions test {subscriber.name}", markup=False
            )
            yield subscriber.name
        else:
            out.print(f"给“{subscriber.name}”的测试消息，服务器已经收下", markup=False)


def _next(place: Place, begun: bool) -> str:
    """What follows; `begun`: the first crawl is running."""
    if place.root:
        return f"已写好 {place.root} 之下的文件；什么也没有启动"
    command, lines = f"guidelines --data {place.data} crawl", []
    if place.system and place.user != getpass.getuser():
        command = f"sudo -u {place.user} {command}"
        lines.append(f"以后的命令都用账号 {place.user} 运行，例如：{command}")
    if not place.system:
        lines.append(f"退出登录后仍要运行，请执行：loginctl enable-linger {getpass.getuser()}")
    return "\n".join((*lines, schedule.begun(place.system) if begun else f"第一次抓取：{command}"))


# ---------------------------------------------------------------- the way back


@click.command()
@_options(PLACE)
@click.pass_context
def uninstall(context: click.Context, /, **given: Any) -> None:
    """移除定时任务和网站服务；档案、设置、订阅和运行账号都保留。"""
    place = _place(context, True, given)
    try:
        halt = place.root is None and schedule.has_systemd(place.system)
        removed = [str(path) for path in schedule.remove_units(place.units, place.system, stop=halt)]
        removed += _from_crontab(place)
    except OSError as error:
        stop(FAILED, f"不能移除 {error.filename}：{error.strerror}；系统服务请用 sudo 运行")
    out.print(
        "已移除：" + "、".join(removed) if removed else "没有装过定时任务和网站服务", markup=False, soft_wrap=True
    )
    out.print(f"保留：数据目录 {place.data}、运行账号、程序本身；确实不再需要时请自行删除", markup=False)


def _from_crontab(place: Place) -> list[str]:
    users = [""] if not place.system else ["", place.user] if machine.has_account(place.user) else [""]
    return [] if place.root else [line for user in users for line in schedule.remove_from_crontab(user)]
