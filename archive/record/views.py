"""The rules of the tables, each said once: what is good, current, in force, waiting.

Whoever asks the tables reads these views instead of stating a rule again. A view holds no data, so another release may
say a rule otherwise: its migration calls `renew`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from archive.machine.tables import Database


@frozen
class View:
    name: str
    title: str
    """Its name for people, on Datasette's pages."""
    about: str
    """The rule as a sentence, for people."""
    sql: str


VIEWS = (
    View(
        "good_captures",
        "取得原文的抓取",
        "取回的确是该文件的抓取：程序认定或经人工采信，且没有被撤销。",
        """SELECT * FROM captures
           WHERE (verdict IN ('ok', 'unchanged') AND coalesce(decision, '') <> 'withdrawn') OR decision = 'accepted'""",
    ),
    View(
        "last_good_captures",
        "各文件最近一次取得原文",
        "每份文件最近一次取得原文的抓取。",
        """SELECT c.* FROM documents d JOIN captures c ON c.document_id = d.id
             AND c.id = (SELECT id FROM good_captures g WHERE g.document_id = d.id
                         ORDER BY fetched_at DESC, id DESC LIMIT 1)""",
    ),
    View(
        "latest_captures",
        "各文件最近一次抓取",
        "每份文件最近一次抓取，不论结果。",
        """SELECT c.* FROM documents d JOIN captures c ON c.document_id = d.id
             AND c.id = (SELECT id FROM captures k WHERE k.document_id = d.id
                         ORDER BY fetched_at DESC, id DESC LIMIT 1)""",
    ),
    View(
        "received_captures",
        "人工补采",
        "由人在浏览器中另存后交来的网页和文件（guidelines receive）。",
        "SELECT c.* FROM captures c JOIN crawls k ON k.id = c.crawl_id WHERE k.kind = 'receive'",
    ),
    View(
        "own_crawls",
        "本档案的抓取批次",
        "由本档案自己进行的抓取：不含从其他档案并入的。",
        "SELECT * FROM crawls WHERE origin_id IS NULL",
    ),
    # id 0 is this archive itself, which notes what it saw only when another one is merged into it
    View(
        "version_origins",
        "文本版本的来源档案",
        "哪些档案见到过一个版本：并入的档案，或本档案自己（0）。",
        """SELECT DISTINCT version_id, origin_id FROM sightings WHERE version_id IS NOT NULL
           UNION ALL SELECT v.id, 0 FROM versions v
           WHERE NOT EXISTS (SELECT 1 FROM sightings s WHERE s.version_id = v.id)""",
    ),
    View(
        "standing_versions",
        "有效的文本版本",
        "曾经或现在作为该文件文本的版本：不含待核对的、已撤销的和供比对的。",
        "SELECT * FROM versions WHERE state IN ('', 'accepted')",
    ),
    View(
        "current_versions",
        "现行文本",
        "每份文件最后一个有效的版本。",
        """SELECT v.* FROM versions v
           WHERE v.number = (SELECT max(number) FROM standing_versions w WHERE w.document_id = v.document_id)""",
    ),
    # a page's files stay, and come, while its own text is held or has been put aside
    View(
        "linking_versions",
        "附件所依的版本",
        "决定一份文件有哪些附件的版本：现行文本，以及其后待核对的文本。",
        """SELECT v.* FROM versions v WHERE v.number IN (
             (SELECT max(number) FROM standing_versions w WHERE w.document_id = v.document_id),
             (SELECT max(number) FROM versions w
              WHERE w.document_id = v.document_id AND w.state NOT IN ('withdrawn', 'former')))""",
    ),
    View(
        "notice_pages",
        "通知的现行网页",
        "每份通知现行版的网页：不是转载；已采纳的新版在读到以后才取代旧版。",
        """SELECT d.* FROM documents d WHERE d.kind = 'page' AND d.mirror = '' AND d.id = (
             SELECT p.id FROM documents p JOIN notices n ON n.id = p.notice_id
             WHERE p.notice_id = d.notice_id AND p.kind = 'page' AND p.mirror = ''
             ORDER BY EXISTS (SELECT 1 FROM standing_versions v WHERE v.document_id = p.id) DESC,
                      p.url = n.url DESC, p.id DESC LIMIT 1)""",
    ),
    View(
        "pages_in_force",
        "现行网页",
        "没有被新版取代的网页；原地址还没有文本时，也包括转载的网页。",
        """SELECT d.* FROM documents d WHERE d.kind = 'page' AND d.superseded_by IS NULL
             AND (d.mirror = '' OR NOT EXISTS (
               SELECT 1 FROM documents p JOIN versions v ON v.document_id = p.id
               WHERE p.notice_id = d.notice_id AND p.kind = 'page' AND p.mirror = '' AND p.superseded_by IS NULL))""",
    ),
    # the addresses stand in the metadata, with blanks between them (archive/model.py: CONTINUED)
    View(
        "continued_links",
        "续页",
        "正文分成几页的：一个文本版本的第2页及以后各页。",
        """SELECT a.* FROM attachments a JOIN versions v ON v.id = a.version_id
           WHERE instr(' ' || json_extract(v.metadata, '$.continued') || ' ', ' ' || a.url || ' ') > 0""",
    ),
    View(
        "further_pages",
        "现行网页的续页",
        "现行网页的正文的第2页及以后各页。",
        """SELECT a.document_id AS id, p.id AS page_id, p.notice_id, a.position FROM pages_in_force p
           JOIN linking_versions v ON v.document_id = p.id JOIN continued_links a ON a.version_id = v.id""",
    ),
    # a dead link takes nothing out: that the ministry's page is gone is what the archive is for
    View(
        "documents_in_force",
        "现行文件",
        "现行网页、它们及其续页所链接的附件，以及附件压缩包内的文件；有续页从未取得的，也包括此前的附件。",
        """SELECT d.* FROM documents d WHERE (d.kind = 'page' AND d.id IN (
             SELECT p.id FROM pages_in_force p WHERE p.notice_id = d.notice_id))
           OR (d.kind <> 'page' AND NOT (d.parent_id IS NOT NULL AND d.state = 'gone') AND EXISTS (
             SELECT 1 FROM attachments a JOIN linking_versions v ON v.id = a.version_id
             JOIN pages_in_force p ON p.id = v.document_id
             WHERE a.document_id = coalesce(d.parent_id, d.id)))
           OR (d.kind <> 'page' AND NOT (d.parent_id IS NOT NULL AND d.state = 'gone') AND EXISTS (
             SELECT 1 FROM attachments a JOIN linking_versions v ON v.id = a.version_id
             JOIN further_pages f ON f.id = v.document_id
             WHERE a.document_id = coalesce(d.parent_id, d.id) AND f.notice_id = d.notice_id
               AND a.id NOT IN (SELECT c.id FROM continued_links c WHERE c.version_id = v.id)))
           OR (d.kind <> 'page' AND EXISTS (
             SELECT 1 FROM further_pages f WHERE f.notice_id = d.notice_id
               AND NOT EXISTS (SELECT 1 FROM current_versions v WHERE v.document_id = f.id))
             AND EXISTS (SELECT 1 FROM notices n, json_each(nullif(n.told, ''), '$.files') e
               WHERE n.id = d.notice_id AND json_extract(e.value, '$.document_id') = coalesce(d.parent_id, d.id)))""",
    ),
    View(
        "pictures_in_force",
        "现行正文图片",
        "部委通知的现行网页正文里的图片，连同次序和网页给它的名称。",
        """SELECT d.id, d.notice_id, d.url, d.media_type, d.state, d.verdict, d.trouble_count, d.trouble_since,
             p.name, p.position + 1000 * coalesce(
               (SELECT min(f.position) FROM further_pages f WHERE f.id = v.document_id), 0) AS position
           FROM documents d JOIN pictures p ON p.document_id = d.id JOIN versions v ON v.id = p.version_id
           WHERE d.kind = 'picture'
             AND v.id = (SELECT max(l.id) FROM linking_versions l WHERE l.document_id = v.document_id)
             AND (EXISTS (SELECT 1 FROM notice_pages n WHERE n.id = v.document_id)
                  OR EXISTS (SELECT 1 FROM further_pages f JOIN notice_pages n ON n.id = f.page_id
                             WHERE f.id = v.document_id))""",
    ),
    # whatever is watched beside them is fetched and told alike, but is no part of the national catalogue
    View(
        "national_notices",
        "部委通知",
        "名单中的部委通知：不含同样监测的法规和地方目录。",
        "SELECT * FROM notices WHERE role = 'notice'",
    ),
    View(
        "national_documents",
        "部委通知的现行文件",
        "部委通知的现行网页和附件，检索只查这些。",
        "SELECT d.* FROM documents_in_force d WHERE d.notice_id IN (SELECT id FROM national_notices)",
    ),
    View(
        "national_items",
        "部委通知的事项",
        "部委通知曾经和现在的目录行，含历史版本。",
        """SELECT i.* FROM items i JOIN documents d ON d.id = i.document_id
           WHERE d.notice_id IN (SELECT id FROM national_notices)""",
    ),
    View(
        "local_items",
        "地方目录的现行事项",
        "所监测的地方目录现行文本中的目录行；不属于全国目录。",
        """SELECT i.*, d.notice_id, coalesce(d.parent_id, d.id) AS file_id
           FROM items i JOIN current_versions v ON v.id = i.version_id JOIN documents_in_force d ON d.id = i.document_id
           WHERE d.notice_id IN (SELECT id FROM notices WHERE role = 'local')""",
    ),
    View(
        "items_in_force",
        "现行事项",
        "现行的公开事项：各通知现行版所含的目录行。",
        """SELECT i.*, d.notice_id, coalesce(d.parent_id, d.id) AS file_id
           FROM items i JOIN documents d ON d.id = i.document_id WHERE i.current = 1""",
    ),
    View(
        "change_list",
        "修订一览",
        "修订记录，连同通知和文件的名称、地址。",
        """SELECT c.*, c.withdrawn_at IS NOT NULL AS withdrawn, n.slug, l.slug AS law, coalesce(n.role, 'law') AS role,
             coalesce(n.title, l.title) AS notice, coalesce(n.issuer, '') AS issuer, n.document_number,
             coalesce(n.url, '') AS notice_url,
             d.kind AS document_kind, d.name AS document_name, d.url AS document_url,
             coalesce(k.url, d.url, n.url, '') AS url,
             coalesce(k.url, nullif(d.location, ''), d.url, n.url, '') AS source,
             k.title AS candidate_title, k.state AS candidate_state
           FROM changes c LEFT JOIN notices n ON n.id = c.notice_id LEFT JOIN laws l ON l.id = c.law_id
             LEFT JOIN documents d ON d.id = c.document_id LEFT JOIN candidates k ON k.id = c.candidate_id""",
    ),
    View(
        "change_areas",
        "修订所涉领域",
        "一项修订涉及的领域：通知或地方目录的领域；法规的，则是以它为依据的事项的领域。",
        """SELECT c.id AS change_id, a.id AS area_id FROM changes c JOIN areas a ON a.notice_id = c.notice_id
           UNION SELECT c.id, i.area_id FROM changes c CROSS JOIN row_changes r ON r.change_id = c.id
             CROSS JOIN items i ON i.id = r.item_after WHERE c.law_id IS NOT NULL AND i.area_id IS NOT NULL
           UNION SELECT c.id, a.id FROM changes c JOIN locals l ON l.notice_id = c.notice_id
             JOIN json_each(l.areas) e JOIN areas a ON a.slug = e.value""",
    ),
    # 2015年修正 names a text by its year; without one a row rests on the text of its catalogue's day, if there was one
    View(
        "amended_bases",
        "已修改或废止的依据",
        "现行事项所引的法规，在目录印发之后（或所注年份之后）有了新文本，或已废止。",
        """SELECT c.id AS citation_id, c.item_id, c.law_id, c.article, c.printed, l.slug, l.title,
             CASE WHEN l.repealed <> '' THEN 'repealed' ELSE 'amended' END AS state,
             CASE WHEN l.repealed <> '' THEN l.repealed ELSE l.date END AS since
           FROM citations c JOIN laws l ON l.id = c.law_id
           WHERE l.repealed <> '' OR (c.year <> '' AND substr(l.date, 1, 4) > c.year)
              OR (c.year = '' AND l.date > c.based_on AND json_extract(l.texts, '$[0][0]') <= c.based_on)""",
    ),
    View(
        "waiting",
        "待决定的事项",
        "还没有决定的事项，连同通知。",
        """SELECT r.*, n.slug, n.title, n.url AS notice_url
           FROM reviews r JOIN notices n ON n.id = r.notice_id WHERE r.state = 'open'""",
    ),
)


def renew(db: Database) -> None:
    """Make every view as this release says it, in place of what was there."""
    for view in VIEWS:
        db.execute(f"DROP VIEW IF EXISTS {view.name}")
        db.create_view(view.name, view.sql)
