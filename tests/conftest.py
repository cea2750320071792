"""What all tests share: nothing in them may depend on how busy the machine is."""

from __future__ import annotations

from hypothesis import settings

# hypothesis fails an example that takes 200 ms by the clock on the wall, which a busy machine does
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")
