"""The model itself: a history follows from its seed, and what the product leaves out or invents is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import evolve

from tests.histories import edits, furniture, troubles
from tests.histories.observe import Seen, squeeze
from tests.histories.oracle import Verdict, judge
from tests.histories.plan import DAYS, History, plan
from tests.histories.server import Site

PAGE = {"id": 9, "kind": "revised", "summary": "由 20 改为 7", "quiet": False, "to_version": 2}
QUESTION = {"what": "与上一版不同，待核对", "since": "2026-12-02T00:00:00Z", "command": "guidelines review 1"}


def first(fits: Callable[[History], bool]) -> History:
    return next(history for history in map(plan, range(1, 3000)) if fits(history))


def one_edit(name: str) -> History:
    """A history whose only event is one edit, on a page that is well read and never in trouble."""

    def fits(history: History) -> bool:
        happened = [edit.name for visit in history.visits for edit in visit.edits]
        return happened == [name] and not history.episodes and not history.inside() and history.visits[0].form.known

    return first(fits)


def well(history: History) -> list[Seen]:
    """What a product says that knows all and tells nothing."""
    found = []
    for number, visit in enumerate(history.visits):
        texts = {"": squeeze("".join(visit.truth.sentences()))}
        texts |= {f.path: squeeze("".join(row.text for row in f.rows)) for f in visit.truth.files}
        found.append(Seen(number, "current", "ok", (), (), "", (), texts))
    return found


def edited_at(history: History) -> int:
    return next(number for number, visit in enumerate(history.visits) if visit.edits)


def telling(seen: Sequence[Seen], visit: int, change: dict[str, Any]) -> list[Seen]:
    return [evolve(s, changes=(change,)) if s.visit == visit else s for s in seen]


def kinds(verdict: Verdict) -> list[str]:
    return [fault.kind for fault in verdict.faults]


def page_change(history: History) -> dict[str, Any]:
    return PAGE | {"url": "http://127.0.0.1" + history.visits[0].truth.path}


def test_a_history_follows_from_its_seed() -> None:
    assert [plan(seed) for seed in range(50)] == [plan(seed) for seed in range(50)]


def test_every_class_comes_up_within_two_thousand_histories() -> None:
    seen = {name for seed in range(1, 2001) for name in plan(seed).classes}
    assert seen >= {*edits.ALL, *furniture.ALL, *troubles.ALL}


def test_two_requests_of_one_visit_get_the_same_page_where_nothing_changes_with_each_request() -> None:
    for seed in range(1, 60):
        history = plan(seed)
        if any(item.each_request or item.name == "fresh-etag" for item in history.furniture):
            continue
        site = Site(history)
        for visit in range(len(DAYS)):
            site.goto(visit)
            path = history.visits[visit].truth.path
            answers = [site.answer(path, {}) for _ in range(2)]
            if answers[0].label != "challenge":
                assert answers[0] == answers[1], (seed, visit)


def test_the_true_page_holds_every_true_sentence_whatever_disturbs_it() -> None:
    blind = {"full-width", "font-tags", "entities"}
    for seed in range(1, 60):
        history = plan(seed)
        if blind & {item.name for item in history.furniture}:
            continue
        site = Site(evolve(history, episodes=()))
        for visit in history.visits:
            site.goto(history.visits.index(visit))
            answer = site._page() if not visit.truth.gone else None
            if answer and ("Content-Encoding", "gzip") not in answer.headers:
                charset = "utf-8" if "utf-8" in answer.content_type else "gb18030"
                text = squeeze(answer.body.decode(charset))
                assert all(squeeze(sentence) in text for sentence in visit.truth.sentences()), seed


def test_a_change_that_is_told_is_no_fault() -> None:
    history = one_edit("number")
    verdict = judge(history, telling(well(history), edited_at(history), page_change(history)))
    assert kinds(verdict) == []
    assert verdict.expected[0].told_at == edited_at(history)


def test_a_change_that_is_not_told_is_missed() -> None:
    history = one_edit("number")
    assert kinds(judge(history, well(history))) == ["missed"]


def test_a_change_that_is_told_only_quietly_is_missed() -> None:
    history = one_edit("number")
    quiet = page_change(history) | {"quiet": True}
    assert kinds(judge(history, telling(well(history), edited_at(history), quiet))) == ["missed"]


def test_a_change_that_is_told_late_is_missed() -> None:
    history = one_edit("number")
    verdict = judge(history, telling(well(history), edited_at(history) + 2, page_change(history)))
    assert kinds(verdict) == ["missed"]


def test_a_message_without_the_words_in_the_archive_does_not_count() -> None:
    history = one_edit("number")
    stale = [evolve(s, texts=well(history)[0].texts) for s in well(history)]
    verdict = judge(history, telling(stale, edited_at(history), page_change(history)))
    assert kinds(verdict) == ["false", "missed"]


def test_a_change_that_is_asked_about_is_no_fault() -> None:
    history = one_edit("word")
    at = edited_at(history)
    asked = [evolve(s, attention=(QUESTION,)) if s.visit >= at else s for s in well(history)]
    verdict = judge(history, asked)
    assert kinds(verdict) == []
    assert verdict.expected[0].asked_at == at


def test_a_question_that_stood_there_before_does_not_count_as_asking() -> None:
    history = one_edit("word")
    asked = [evolve(s, attention=(QUESTION,)) for s in well(history)]
    assert "missed" in kinds(judge(history, asked))


def test_a_standing_question_that_shows_the_new_words_counts_as_asking() -> None:
    history = one_edit("word")
    at = edited_at(history)
    new = squeeze(history.visits[at].edits[0].new)
    asked = [evolve(s, attention=(QUESTION,), reviews=(new,) if s.visit >= at else ()) for s in well(history)]
    assert "missed" not in kinds(judge(history, asked))


def test_a_message_about_nothing_is_false() -> None:
    history = first(lambda h: not h.episodes and not h.inside() and not any(v.edits for v in h.visits))
    assert kinds(judge(history, telling(well(history), 3, page_change(history)))) == ["false"]


def test_furniture_may_be_told_once() -> None:
    def fits(history: History) -> bool:
        return len(history.inside()) == 1 and not history.episodes and not any(v.edits for v in history.visits)

    history = first(fits)
    once = telling(well(history), 1, page_change(history))
    assert kinds(judge(history, once)) == []
    assert kinds(judge(history, telling(once, 2, page_change(history)))) == ["false"]


def test_a_wrong_text_that_nobody_is_told_of_is_silence() -> None:
    history = one_edit("number")
    seen = telling(well(history), edited_at(history), page_change(history))
    seen[-1] = evolve(seen[-1], wrong="the page's text lacks a sentence")
    assert kinds(judge(history, seen)) == ["silent"]
    seen[-1] = evolve(seen[-1], attention=(QUESTION,))
    assert kinds(judge(history, seen)) == []
    assert kinds(judge(history, seen, complete=True)) == ["unsaid"]


def test_two_questions_for_one_cause_are_one_too_many() -> None:
    history = one_edit("number")
    seen = telling(well(history), edited_at(history), page_change(history))
    seen[-1] = evolve(seen[-1], attention=(QUESTION, QUESTION | {"what": "另一件"}))
    assert kinds(judge(history, seen)) == ["overasked"]
