"""What pip installs is what is needed, also where an old pip finds nothing behind the name of an extra."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DECLARED = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}


def needed() -> dict[str, list[Requirement]]:
    """Every package that the dependencies bring with them, with what it asks for."""
    found: dict[str, list[Requirement]] = {}
    ahead = sorted(DECLARED)
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        lines = map(Requirement, distribution(name).requires or ())
        found[name] = [line for line in lines if not line.marker or line.marker.evaluate({"extra": ""})]
        ahead += [canonicalize_name(line.name) for line in found[name]]
    return found


def test_no_package_hides_behind_an_extra_that_is_spelled_otherwise_than_its_owner_spells_it() -> None:
    """jusText asks for lxml[html_clean], lxml calls it html-clean: pip 23.0 installs nothing and says nothing."""
    for lines in needed().values():
        for line in lines:
            owner = distribution(line.name)
            offered = owner.metadata.get_all("Provides-Extra") or []
            for extra in line.extras - set(offered):
                behind = [
                    canonicalize_name(Requirement(text).name)
                    for text in owner.requires or ()
                    if re.search(rf"extra == ['\"]{extra.replace('_', '[-_]')}['\"]", text)
                ]
                assert set(behind) <= DECLARED, f"{line}: {behind}"


def test_all_lock_files_hold_every_declared_package_in_one_version() -> None:
    locks = []
    for name in ("requirements.lock", "requirements-test.lock", "requirements-ocr.lock"):
        pins = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.M)
        locks.append({canonicalize_name(package): version for package, version in pins})
    usual, test, ocr = locks
    assert set(usual) >= DECLARED
    assert {name: test.get(name) for name in usual} == usual
    assert {name: ocr.get(name) for name in usual} == usual
    assert "rapidocr" in ocr


def test_the_samples_are_part_of_the_package() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    assert "samples/sample.*" in data["crawler"]
    assert len(list((ROOT / "crawler" / "samples").glob("sample.*"))) == 13
