"""Three list pages as ministries keep them, with many ordinary documents and a notice each (演示样本)."""
# ruff: noqa: E501 (lines as the sites write them)

from __future__ import annotations

from datetime import date, timedelta

from attrs import frozen

from tests.sites.parts import HITS, TODAY, weather

ORDINARY = (
    "关于开展年度档案检查工作的通知", "关于举办业务骨干培训班的通知", "关于印发年度普法工作要点的通知", "关于表扬先进集体的通报",
    "关于公布行政许可事项办理结果的公告", "关于召开全国工作视频会议的通知", "关于做好汛期值班工作的通知", "关于印发内部审计办法的通知",
    "关于征求技术规范意见的函", "关于公布检验检测机构名录的公告", "关于调整工作领导小组成员的通知", "关于做好节能降耗工作的通知",
    "关于开展办公用房清理的通知", "关于印发信息化建设规划的通知", "关于做好冬季安全防范工作的通知", "关于公开招聘工作人员的公告",
    "关于印发统计调查制度的通知", "关于废止部分文件的公告", "关于报送年度总结的通知", "关于启用新印章的通知",
    "关于组织参加知识竞赛的通知", "关于做好政府采购信息公开工作的通知", "关于印发标准化工作要点的通知", "关于开展满意度调查的通知",
)  # fmt: skip


@frozen
class Listing:
    number: int
    """The notice that it lists."""
    url: str
    column: str
    link: str
    """Pattern of an ordinary document's address, {ymd} {ym} {y-md} {id} filled in."""
    form: str


LISTINGS = (
    Listing(2, "http://gi.mnr.gov.cn/201907/", "通知公告", "./t{ymd}_{id}.html", "li"),
    Listing(13, "http://www.gov.cn/zhengce/zhengceku/", "国务院部门文件", "/zhengce/zhengceku/{dashed}/content_{id}.htm", "table"),
    Listing(17, "http://www.jcs.moa.gov.cn/trzgl/", "通知公告", "./{ym}/t{ymd}_{id}.htm", "li"),
)  # fmt: skip


def page(listing: Listing, title: str, url: str, published_on: str) -> str:
    """Newest first; the notice stands among the ordinary documents by its date."""
    known = date.fromisoformat(published_on)
    entries = [(known, url, title)]
    for n, name in enumerate(ORDINARY):
        day = known + timedelta(days=10 - n)
        link = listing.link.format(
            ymd=f"{day:%Y%m%d}", ym=f"{day:%Y%m}", dashed=f"{day:%Y-%m/%d}", id=2400000 + 1000 * listing.number + n
        )
        entries.append((day, link, f"演示样本：{name}"))
    entries.sort(key=lambda entry: entry[0], reverse=True)
    rows = "\n".join(_entry(listing.form, *entry) for entry in entries)
    body = (
        f"<ul class='list'>{rows}</ul>"
        if listing.form == "li"
        else f"<table class='dataList'><tbody>{rows}</tbody></table>"
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{listing.column}</title></head><body>
{weather()}<div class="path">当前位置：<a href="/">首页</a> &gt; {listing.column}（演示样本）</div>
{body}
<div class="page"><a href="index_1.html">下一页</a> <a href="index_49.html">尾页</a></div>
<div class="foot">{TODAY} 访问量 {HITS}</div></body></html>
"""


def _entry(form: str, day: date, link: str, title: str) -> str:
    if form == "li":
        short = f"{title[:30]}..." if len(title) > 34 else title
        return f'<li><a href="{link}" title="{title}" target="_blank">{short}</a><span>{day:%Y-%m-%d}</span></li>'
    return f'<tr><td class="info"><a href="{link}" target="_blank">{title}</a></td><td>演示</td><td>{day:%Y年%m月%d日}</td></tr>'
