"""What the fork server of the sandbox loads once, so that a reader starts in 10 ms.

Never fails: a server that dies while it loads tells nobody why. The reader that needs what is missing tells it.
"""

from __future__ import annotations

import contextlib
import gc
import os

from crawler.sandbox.ready import load

_NOWHERE = os.open(os.devnull, os.O_WRONLY)
os.dup2(
    _NOWHERE, 2
)  # readers answer through their pipe; what libraries mutter, and a server that cannot fork, is no news
os.close(_NOWHERE)

with contextlib.suppress(Exception):
    load()

gc.collect()
gc.freeze()  # a reader that looks for garbage leaves alone, and so shares, what was loaded here
