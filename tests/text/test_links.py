"""Which parts of an address belong to the visit, and which to the file."""

from __future__ import annotations

import pytest

from archive.text.links import link_key, loose_key

A = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
B = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


@pytest.mark.parametrize(
    "query",
    [
        "OSSAccessKeyId=LTAI5t&Expires={moment}&Signature={drawn}",
        "X-Amz-Algorithm=AWS4&X-Amz-Credential={drawn}&X-Amz-Date={moment}&X-Amz-Expires=3600&X-Amz-Signature={drawn}",
        "X-Oss-Signature={drawn}&x-oss-expires={moment}&x-oss-date={moment}",
        "q-sign-algorithm=sha1&q-ak={drawn}&q-sign-time={moment}&q-key-time={moment}&q-signature={drawn}",
        "AWSAccessKeyId=AK&Expires={moment}&Signature={drawn}",
        "auth_key={moment}-0-0-{drawn}",
        "wsSecret={drawn}&wsTime={moment}",
        "txSecret={drawn}&txTime={moment}",
        "e={moment}&token={drawn}",
        "sv=2020-08-04&se={moment}&sr=b&sp=r&sig={drawn}",
        "Policy={drawn}&Signature={drawn}&Key-Pair-Id=K2",
        "timestamp={moment}&nonce={drawn}&sign={drawn}",
        "accessToken={drawn}",
        "ts={moment}",
    ],
)
def test_a_new_signature_is_no_other_address(query: str) -> None:
    one, other = (
        f"https://f.example/a.docx?id=3&{query.format(drawn=drawn, moment=moment)}"
        for drawn, moment in ((A, 1790000001), (B, 1790000999))
    )
    assert link_key(one) == link_key(other) == link_key("http://f.example/a.docx?id=3")
    assert link_key(one) != link_key(other.replace("id=3", "id=4"))
    assert loose_key(one) != loose_key(other.replace("id=3", "id=4"))


@pytest.mark.parametrize("place", ["a.docx?vk={}", "a.docx?download={}", "dl/{}/a.docx", "a.docx?k={}&id=3"])
def test_what_looks_drawn_by_lot_may_be_another_file(place: str) -> None:
    one, other = (f"https://f.example/{place.format(drawn)}" for drawn in (A, B))
    assert link_key(one) != link_key(other)
    assert loose_key(one) == loose_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/download?id=3", "/download?id=4"),
        ("/d?fileUrl=/upload/a.docx", "/d?fileUrl=/upload/b.docx"),
        ("/d?name=catalogue-of-2019", "/e?name=catalogue-of-2019"),
        ("/a.docx?e=1", "/a.docx?e=2"),
        ("/a.docx?st=1&id=3", "/a.docx?st=2&id=3"),
        (f"/files/{A}.docx", f"/files/{B}.docx"),
    ],
)
def test_two_files_told_apart_by_their_address_stay_two(one: str, other: str) -> None:
    assert link_key(f"http://f.example{one}") != link_key(f"http://f.example{other}")
    assert loose_key(f"http://f.example{one}") != loose_key(f"http://f.example{other}")
