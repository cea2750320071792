"""What a reader has to do about a change, in one sentence: a suggestion, never more than the change itself shows."""

from __future__ import annotations

from collections.abc import Mapping

from archive.model import Kind

BACK = "原文已恢复，无需再改；此前据此作过改动的，请改回"
TAKEN_BACK = "这条变化已撤销；此前据此作过改动的，请改回"
ROWS = "请按对照页逐行修改本地目录，再按新的内容公开"
PICTURE = "请打开图片原件，与此前保存的图片人工核对，再决定是否修改本地目录"
NOT_REPEALED = "撤下不等于废止：请先向发布机构核实，再决定是否改动本地目录；存档中的原件仍可查阅"
BY_KIND: Mapping[str, str] = {
    Kind.REVISED: "请阅读改动之处，核对本地目录和办理要求是否需要调整",
    Kind.METADATA: "目录内容没有变；引用过这份通知的文号、日期的，请核对",
    Kind.ATTACHMENT_ADDED: "请打开新附件，核对其中有没有本地目录尚缺的事项",
    Kind.ATTACHMENT_REPLACED: "请打开新旧两份文件人工核对，再决定是否修改本地目录",
    Kind.ATTACHMENT_REMOVED: NOT_REPEALED,
    Kind.GONE: NOT_REPEALED,
    Kind.MOVED: "内容没有变；引用了原地址的网页，请改用新地址",
    Kind.RESTORED: "原文可以照常查阅；因撤下作过改动的，请复核",
    Kind.SUCCESSOR: "请打开候选网页核对：确为新版的由运行人员采信，不是的排除；在此之前以现行文本为准",
    Kind.REPEALED: "请停止引用这份通知；以它为依据的本地事项，请核对有没有新的依据",
    Kind.CORRECTION: "请以本条为准；据先前的告知作过改动的，请改回",
    Kind.BASIS_AMENDED: "请核对所列各行引用的条款，必要时修改本地目录的公开依据",
}
"""Of kinds without an entry nothing has to be done."""


def advice(kind: str, *, rows: bool, restored: bool, withdrawn: bool, picture: bool = False) -> str:
    """'' when nothing has to be done. `rows`: the change names rows of the catalogue that differ; `picture`: it is of
    a picture in the body."""
    if withdrawn:
        return TAKEN_BACK
    if restored:
        return BACK
    if picture:
        return PICTURE
    if rows and kind in (Kind.REVISED, Kind.ATTACHMENT_REPLACED, Kind.ATTACHMENT_ADDED):
        return ROWS
    return BY_KIND.get(kind, "")
