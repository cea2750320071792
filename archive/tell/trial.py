"""A message that says nothing but that it arrived: does the server take what we send?"""

from __future__ import annotations

from pathlib import Path

from archive.clock import iso, now
from archive.record.about import site_name_under
from archive.settings import load_settings
from archive.tell.messages import trial_message
from archive.tell.send import send
from archive.tell.subscriptions import Subscriber


def send_trial(data: Path, subscriber: Subscriber) -> None:
    """Returns when the server has taken it. Raises SendError, its text masked."""
    message = trial_message(subscriber.channel, load_settings(data).base_url, site_name_under(data), iso(now()))
    send(subscriber, message)
