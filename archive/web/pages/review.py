"""What waits for a person, shown; deciding stays on the command line."""

from __future__ import annotations

from typing import Any

from archive.compare.excerpts import excerpt
from archive.compare.redline import redline
from archive.record.questions import Question, questions
from archive.web.views import page
from archive.web.visit import Context, Missing, Visit


def review(visit: Visit) -> Context:
    found = questions(visit.data, visit.connection)
    return {"title": "等待决定的事项", "questions": [_shown(question) for question in found]}


def one(visit: Visit) -> Context:
    number = visit.id("待决事项")
    found = questions(visit.data, visit.connection, number=number)
    if not found:
        raise Missing(f"没有编号为 {number} 的待决事项。")
    return {"title": f"第 {number} 项 · {found[0].what}", "questions": [_shown(found[0])], "single": True}


def _shown(question: Question) -> dict[str, Any]:
    ops = redline(question.before, question.after) if question.after else []
    return {"question": question, "ops": excerpt(ops)}


ROUTES = (
    (r"^/review$", page("review.html", review)),
    (r"^/review/(?P<id>[0-9]+)$", page("review.html", one)),
)
