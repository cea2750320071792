"""The site is whole whatever part of it is imported first: Datasette loads our plugin while it is being loaded."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import archive.web

MODULES = ["archive.web", *(found.name for found in pkgutil.walk_packages(archive.web.__path__, "archive.web."))]

PROGRAM = """
import os, sys
import httpx, jinja2, lxml.etree, numpy, uvicorn, xlsxwriter  # neither Datasette nor ours: only for speed

def check(module, data):
    import importlib
    from pathlib import Path
    assert not [name for name in sys.modules if name.startswith(("datasette", "archive"))]
    importlib.import_module(module)
    from archive.web.app import site
    import archive.web
    from archive.web.pages import ROUTES
    from datasette.plugins import pm
    found = {pattern.pattern for pattern, _ in site(Path(data))._routes()}
    hooks = {name for name, value in vars(archive.web).items() if hasattr(value, "datasette_impl")}
    print(module, len(ROUTES), len(hooks), [pattern for pattern, _ in ROUTES if pattern not in found],
          hooks - {hook.name for hook in pm.get_hookcallers(archive.web)}, flush=True)

for module in sys.argv[2:]:
    child = os.fork()  # each module is the first that a process of its own imports
    if child == 0:
        check(module, sys.argv[1])
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_every_route_and_hook_is_there_whatever_was_imported_first(site_data: Path) -> None:
    line = [sys.executable, "-c", PROGRAM, str(site_data), *MODULES]
    done = subprocess.run(line, capture_output=True, text=True, timeout=400)
    assert {"archive.web.app", "archive.web.pages.home", "archive.web.serving.worker"} <= set(MODULES)
    assert [found.split()[0] for found in done.stdout.splitlines()] == MODULES, done.stderr
    for found in done.stdout.splitlines():
        _, routes, hooks, missing = found.split(maxsplit=3)
        assert int(routes) > 20
        assert int(hooks) >= 10
        assert missing == "[] set()", found
