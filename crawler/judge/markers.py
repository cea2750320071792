"""Words and marks by which a response that is not the notice gives itself away.

Each was seen on a Chinese government site or is the wording of a product that such sites run on.
"""

from __future__ import annotations

import re

from archive.text.late import late
from crawler.reading.html.charset import common_share

# The scripts of protection products: 腾讯 EdgeOne, 加速乐, 瑞数, 阿里云 WAF, 安恒, 知道创宇, Cloudflare.
CHALLENGE_MARKERS = late(
    r"__tst_status|EO_Bot_Ssid|__jsl_clearance|__jsluid|_\$[a-z0-9]{2}\s*=\s*window|\$_ts\s*=|\$_ts\."
    r"|acw_sc__v[23]|aliyun_waf"
    r"|_waf_|waf_captcha|__cf_chl|cf-browser-verification|challenge-platform|probe\.js\?|/_guard/"
    r"|yunsuo_session|security_session_verify"
    r"|safeline|_abfpc|wzws_|WZWS"
)
CHALLENGE_WORDS = late(
    r"人机验证|安全验证|访问验证|请完成(?:安全)?(?:验证|校验)|滑动验证|(?:拖动|按住|滑动)[^。，]{0,6}滑块"
    r"|请输入(?:图片中的)?验证码|(?:是|为)(?:真实|正常)(?:访客|用户)|(?:不是|非)机器人|启用(?:浏览器)?脚本"
    r"|浏览器安全检查|正在(?:进行)?(?:安全)?检测"
    r"|正在验证(?:您的)?浏览器|访问(?:过于|太)频繁|(?:您的)?(?:访问)?请求(?:已)?被(?:拦截|阻断|拒绝)"
    r"|疑似(?:黑客|攻击|机器人)|网站防火墙"
    r"|(?:请|需要)(?:开启|启用)(?:浏览器的)?\s*JavaScript|enable JavaScript"
    r"|Just a moment|Access Denied|Checking your browser|security check"
    r"|Verify(?:ing)? (?:that )?you are (?:a )?human",
    re.I,
)
# An application that runs in the browser: an empty box, or one that says it is loading, and the programs that fill it.
# To ask for JavaScript is no test of the visitor.
SHELL_WORDS = late(
    r"(?:请|需要|必须)?[^。，]{0,12}?(?:开启|启用|打开|允许|支持)[^。，]{0,8}?(?:JavaScript|JS|脚本)|enable JavaScript"
    r"|JavaScript[^。，]{0,8}?(?:被禁用|未启用|未开启|is (?:required|disabled))|without JavaScript",
    re.I,
)
SHELL_BOX = late(
    r"<(?:div|main|section|app-root|app)\b[^>]*\bid\s*=\s*[\"']?"
    r"(?:app|root|__next|__nuxt|q-app|main-app|react-root|vue-app|application|mount|single-spa[\w-]*)\b"
    r"|<app-root\b|window\.__(?:NUXT|NEXT|INITIAL_STATE)__|\bdata-v-app\b",
    re.I,
)
# What only a program that tests its visitor does in the page itself.
TESTING = late(
    r"document\.cookie|location\.(?:reload|href|replace)|\beval\s*\(|_0x[0-9a-f]{3,}|fromCharCode|\batob\s*\("
    r"|webdriver|captcha|http-equiv\s*=\s*[\"']?refresh",
    re.I,
)
# Said of the page itself.
NOT_FOUND = late(
    r"(?:页面|网页|文章|信息|内容|文件|资源|地址|链接|栏目|该页)[^。，；]{0,8}?"
    r"(?:不存在|未找到|没有找到|找不到|走丢|丢失|无法(?:访问|显示|找到)"
    r"|(?:已经?被?|被)(?:删除|移除|撤销|下线|下架)|已(?:失效|过期|关闭))"
    r"|(?:找不到|没有找到|未找到|无法找到|无法访问|无法显示|不存在)[^。，；]{0,8}?(?:页面|网页|文章|该页)"
    r"|您(?:所|要|想)?(?:访问|查看|浏览|请求)的[^。，；]{0,12}?(?:不存在|删除|不见|错误|找不到)|该信息已被?删除"
    r"|(?<![\d〔第.\-/])404(?![\d号.\-/])"
    r"|(?i:not found|page (?:is )?(?:missing|unavailable)|bad gateway|service unavailable|internal server error)"
    r"|(?:系统|网站|平台|站点|本站|服务器?|例行|停机|升级|正在)(?:正在|正|进行)*"
    r"(?:系统|升级|日常|例行)*维护(?:中|期间|升级|公告|(?=[\s，。！!])|$)"
    r"|(?:正在|停机)(?:进行)?(?:系统|网站|平台)?升级|(?:系统|网站)升级(?:维护|中)|维护升级中|暂停(?:访问|服务)|网站(?:建设中|已关闭|暂时关闭|关停)"
    r"|(?:访问|系统|服务器|页面|程序)(?:内部)?(?:出错|出现错误|发生错误|错误|异常|繁忙)"
)
# Politeness that an error page is full of and a notice hardly ever is: telling only where there is little else.
SORRY = late(
    r"出错了|错误(?:页面|提示|信息)|抱歉|对不起|敬请(?:期待|谅解)|请稍后再试|暂无(?:内容|数据|信息)"
    r"|没有权限|无权访问|返回(?:首页|上一页)|(?:维护|升级)中"
)
# U+FFFD and controls (the private area holds ticks and old punctuation); 锟斤拷 and its like are UTF-8 read as gbk
# twice over; Ã and its like are UTF-8 read as Latin.
GARBAGE = late(r"[\ufffd\x80-\x9f]|锟斤拷|烫烫烫|屯屯屯|[ÃÂâ][\x80-\xbf€™œ]|鈥|锛|銆|涓€|鐨勩")


def is_mojibake(title: str) -> bool:
    """A title decoded with the wrong table."""
    return bool(GARBAGE.search(title)) or (len(title) > 10 and not common_share(title))
