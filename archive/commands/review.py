"""What waits for a person, and their word on it: `review`, `accept`, `reject`, `undo`, `candidates`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click
from rich.text import Text

from archive.clock import local
from archive.commands import ATTENTION, OK, crawl_by_child, emit, json_option, out, pass_data, writing
from archive.commands.changes import print_text
from archive.compare.redline import redline
from archive.machine.faults import StoreError
from archive.publish import report
from archive.record.decide import review_of_candidate
from archive.record.look import read_only
from archive.record.questions import Question, questions
from archive.settings import load_settings
from archive.tell.plan import audience


@click.command()
@click.argument("number", type=int, required=False)
@json_option
@pass_data
def review(data: Path, number: int | None, as_json: bool) -> None:
    """列出等人决定的事项；给出编号则逐字对照，并说明接受和排除各有什么后果。"""
    found = _ask(data, number)
    if as_json:
        emit([question.as_dict() | _texts(question, number) for question in found])
    elif number is None:
        _list(data, found)
    else:
        _show(data, found[0])
    waiting = [question for question in found if question.state == "open"]
    raise SystemExit(ATTENTION if waiting else OK)


def _ask(data: Path, number: int | None) -> list[Question]:
    with closing(read_only(data)) as connection:
        found = questions(data, connection, number=number)
        if number is not None and not found:
            raise StoreError(f"没有编号为 {number} 的待决事项；请用 guidelines review 查看")
        if number is None:
            return found
        # how many would be told is private, so only the command line says it
        return questions(data, connection, audience(data, connection, found[0].slug), number)


def _texts(question: Question, number: int | None) -> dict[str, object]:
    return {"text": [list(op) for op in redline(question.before, question.after)]} if number is not None else {}


def _list(data: Path, found: Sequence[Question]) -> None:
    zone = load_settings(data).zone
    for question in found:
        out.print(f"{question.number}　{question.what}（{local(question.since, zone)} 起）", markup=False)
        out.print(f"    {question.why}　查看：guidelines review {question.number}", markup=False)
    out.print("没有等待决定的事项" if not found else f"共 {len(found)} 项；逐项查看后再决定", markup=False)


def _show(data: Path, question: Question) -> None:
    zone = load_settings(data).zone
    out.print(f"第 {question.number} 项　{question.what}", markup=False)
    out.print(f"原因：{question.why}", markup=False)
    out.print(f"地址：{question.url}（{local(question.fetched_at, zone)} 取得）", markup=False)
    for fact in question.facts:
        out.print(f"· {fact}", markup=False)
    if question.after:
        out.print("与上一版对照（- 上一版，+ 这一次）：", markup=False)
        print_text(redline(question.before, question.after))
    if question.state != "open":
        out.print("已有决定；要改变请先运行 guidelines undo", markup=False)
        return
    out.print(Text(f"接受：{question.accept.sentence()}\n    guidelines accept {question.number}"))
    out.print(Text(f"排除：{question.reject.sentence()}\n    guidelines reject {question.number}"))


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--capture", type=int, help="改用抓取记录的编号指明。")
@pass_data
def accept(data: Path, number: int | None, capture: int | None) -> None:
    """接受编号为 NUMBER 的待决事项（先用 review 看清后果）；以后可用 undo 撤销。"""
    decide(data, "--accept", number, capture)
    out.print("已接受。如有差错，可用 guidelines undo 撤销。")


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--capture", type=int, help="改用抓取记录的编号指明。")
@pass_data
def reject(data: Path, number: int | None, capture: int | None) -> None:
    """排除编号为 NUMBER 的待决事项：不收录，也不再询问；以后可用 undo 撤销。"""
    decide(data, "--reject", number, capture)
    out.print("已排除。如有差错，可用 guidelines undo 撤销。")


@click.command()
@pass_data
def undo(data: Path) -> None:
    """撤销最近一次 accept 或 reject；已经发出的提醒会补发一次更正。"""
    decide(data, "--undo")
    out.print("已撤销最近一次决定，相应事项重新等待决定（guidelines review）。")


def decide(data: Path, word: str, number: int | None = None, capture: int | None = None) -> None:
    """Hand the decision to the crawler, which can read kept bytes. Raises Exit with its code when it refuses."""
    if word != "--undo" and (number is None) == (capture is None):
        raise click.UsageError("请给出待决事项的编号（见 guidelines review），或用 --capture 给出抓取记录的编号")
    read_only(data).close()  # says so when there is no archive
    given = {"--number": number, "--capture": capture}
    arguments = [part for name, value in given.items() if value is not None for part in (name, str(value))]
    crawl_by_child(data, "decide", word, *arguments)


# ---------------------------------------------------------------- candidates


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def candidates(context: click.Context, as_json: bool) -> None:
    """列出可能的新版；accept 采纳为通知的新一版，reject 排除。"""
    if context.invoked_subcommand is not None:
        return
    with closing(read_only(context.find_root().obj)) as connection:
        found = report.candidates(connection)
    if as_json:
        emit(found)
        return
    if not found:
        out.print("没有待核对的新版。")
    for candidate in found:
        out.print(f"{candidate['id']}　{candidate['notice']}　可能的新版：《{candidate['title']}》", markup=False)
        details = [candidate["document_number"], candidate["published_on"], candidate["url"]]
        out.print("    " + "　".join(detail for detail in details if detail), markup=False)
        for sentence in candidate["evidence"]:
            out.print(f"    依据：{sentence}", markup=False)
        id = candidate["id"]
        out.print(f"    采纳：guidelines candidates accept {id}　排除：guidelines candidates reject {id}", markup=False)


@candidates.command("accept")
@click.argument("candidate", metavar="ID", type=int)
@pass_data
def accept_candidate(data: Path, candidate: int) -> None:
    """采纳：这个网页就是通知的新一版；下次抓取时收录并与现行版逐行比对。"""
    slug = _decided(data, candidate, "--accept")
    out.print(f"已采纳为 {slug} 的新一版。要马上收录并比对，请运行 guidelines crawl --notice {slug}")


@candidates.command("reject")
@click.argument("candidate", metavar="ID", type=int)
@pass_data
def reject_candidate(data: Path, candidate: int) -> None:
    """排除：这个网页不是通知的新版，不再提起。"""
    _decided(data, candidate, "--reject")
    out.print(f"候选 {candidate} 已排除。")


def _decided(data: Path, candidate: int, word: str) -> str:
    """A candidate is decided like all that waits, under the number of its review. Returns the notice's slug."""
    with closing(read_only(data)) as connection:
        number, slug = review_of_candidate(connection, candidate)
    decide(data, word, number)
    return slug


# ---------------------------------------------------------------- troubles


@click.command()
@click.argument("slug")
@pass_data
def acknowledge(data: Path, slug: str) -> None:
    """知道了：这份通知当前的问题不再提醒，直到结论改变。"""
    from archive.operate import known  # with all that can be in trouble

    with writing(data) as store:
        troubles = known.acknowledge(store, slug)
    for trouble in troubles:
        out.print(trouble.what, markup=False)
    out.print("已记下，情况改变前不再提醒。")
