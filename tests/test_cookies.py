"""Which cookies go back, and to whom."""

import pytest
from scrapy.http import Request, Response

from crawler.download.cookies import CookiesMiddleware


@pytest.mark.parametrize(
    ("host", "cookie", "asked", "sent"),
    [
        ("www.mca.gov.cn", "a=1; Path=/", "www.mca.gov.cn", b"a=1"),
        ("www.mca.gov.cn", "a=1; Path=/", "xxgk.mca.gov.cn", None),
        ("www.mca.gov.cn", "a=1; Domain=mca.gov.cn; Path=/", "xxgk.mca.gov.cn", b"a=1"),
        ("www.mca.gov.cn", "a=1; Domain=.gov.cn; Path=/", "www.nhc.gov.cn", None),
        ("www.mca.gov.cn", "a=1; Domain=.gov.cn; Path=/", "www.mca.gov.cn", None),
        ("www.mca.gov.cn", "a=1; Domain=nhc.gov.cn; Path=/", "www.nhc.gov.cn", None),
        ("gov.cn", "a=1; Domain=gov.cn; Path=/", "gov.cn", b"a=1"),
        ("127.0.0.2", "a=1; Path=/", "127.0.0.2", b"a=1"),
        ("www.mca.gov.cn", "a=1; Path=/; Max-Age=0", "www.mca.gov.cn", None),
    ],
)
def test_a_cookie_goes_back_to_whose_it_is(host: str, cookie: str, asked: str, sent: bytes | None) -> None:
    kept = CookiesMiddleware()
    request = Request(f"http://{host}/t.html")
    kept.process_request(request)
    assert kept.process_response(request, Response(request.url, headers={"Set-Cookie": cookie})).url == request.url
    following = Request(f"http://{asked}/f.html", headers={"Cookie": "stale=1"})
    kept.process_request(following)
    assert following.headers.get("Cookie") == sent
