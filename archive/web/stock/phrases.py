"""Datasette's own words in Chinese, by template. A test holds every phrase against the installed Datasette."""

from __future__ import annotations

ROWS = "row{% if filtered_table_rows_count == 1 %}{% else %}s{% endif %}"

PHRASES: dict[str, dict[str, str]] = {
    "_crumbs.html": {"{{ item.label }}": "{{ guidelines_crumb(item.label) }}"},
    "_facet_results.html": {
        "<strong>{{ facet_info.name }}": "<strong>{{ guidelines_column(table, facet_info.name) }}",
        "({{ facet_info.type }})": "",
    },
    "base.html": {">Menu</title>": ">菜单</title>"},
    "_footer.html": {
        "Powered by": "由",
        "</a>\n{% if query_ms": "</a> 提供\n{% if query_ms",
        "Queries took": "查询用时",
        "}}ms": "}} 毫秒",
    },
    "database.html": {
        "<h3>Custom SQL query</h3>": "<h3>自定义 SQL 查询</h3>",
        ">Format SQL<": ">整理格式<",
        'value="Run SQL"': 'value="运行"',
        '<h2 id="tables">Tables</h2>': '<h2 id="tables">数据表</h2>',
        " row{% if table.count == 1 %}{% else %}s{% endif %}": " 行",
        ">{{ table.name }}</a>": ">{{ guidelines_table(table.name) }}</a>",
        "Many rows": "很多行",
        "... and": "另有",
        " hidden table{% if hidden_count == 1 %}{% else %}s{% endif %}": " 个内部表",
        "<em> (hidden)</em>": "<em>（内部）</em>",
    },
    "table.html": {
        ROWS: "行",
        "{{ human_description_en }}": "{{ guidelines_description(human_description_en) }}",
        ">Search:<": ">检索：<",
        "- remove filter -": "- 去掉此条件 -",
        "- column -": "- 选择列 -",
        "Sort...": "排序…",
        ">Sort by ": ">按 ",
        "> descending<": "> 降序<",
        'value="Apply"': 'value="筛选"',
        "View and edit SQL": "查看并修改 SQL",
        "This data as": "以其他格式查看：",
        '(<a href="#export">advanced</a>)': '（<a href="#export">更多选项</a>）',
        ">Next page<": ">下一页<",
        ">Advanced export<": ">导出选项<",
        "JSON shape:": "JSON 形式：",
        ">default<": ">默认<",
        ">array<": ">数组<",
        ">newline-delimited<": ">逐行<",
        ">object<": ">对象<",
        "CSV options:": "CSV 选项：",
        "> download file<": "> 下载为文件<",
        "> expand labels<": "> 显示名称<",
        "> stream all rows<": "> 全部行<",
        'value="Export CSV"': 'value="导出 CSV"',
        "These facets timed out:": "以下分组统计超时：",
    },
    "_table.html": {"0 records": "没有记录"},
    "_suggested_facets.html": {"Suggested facets:": "可按列分组："},
    "query.html": {
        "Custom SQL query{% if display_rows %} returning {% if truncated %}more than {% endif %}": (
            "自定义 SQL 查询{% if display_rows %}：{% if truncated %}超过 {% endif %}"
        ),
        " row{% if display_rows|length == 1 %}{% else %}s{% endif %}": " 行",
        ">Format SQL<": ">整理格式<",
        'value="Run SQL"': 'value="运行"',
        ">Query parameters<": ">查询参数<",
        "This data as": "以其他格式查看：",
        "0 results": "没有结果",
        "{{ error }}": "{{ guidelines_error(error) }}",
    },
    "row.html": {
        "This data as": "以其他格式查看：",
        "Links from other tables": "其他表中的关联",
        "row{% if other.count == 1 %}{% else %}s{% endif %}</a>": "行</a>",
        "from {{ other.other_column }} in {{ other.other_table }}": (
            "（{{ guidelines_table(other.other_table) }} 的 {{ other.other_column }} 列）"
        ),
    },
}
