"""Tells a web address of something.

Belongs here: one short request, and how it ended, in words that hold no secret. Does not belong here: what is told.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException

_TIMEOUT_SECONDS = 10.0


def post(webhook: str, message: Mapping[str, object], *, timeout_seconds: float = _TIMEOUT_SECONDS) -> str | None:
    """Send a message as JSON; return None if it was taken, else why not, in words.

    Whatever goes wrong on the way is said and not raised: who cannot be told must not keep others from work. The words
    leave out the address, which may hold a secret.

    Parameters
    ----------
    webhook
        Address, of scheme http or https.
    message
        What is sent.
    timeout_seconds
        After so long without an answer it is given up.
    """
    request = urllib.request.Request(  # noqa: S310  (the settings let only http and https through)
        webhook, data=json.dumps(message).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_seconds):  # noqa: S310
            return None
    except urllib.error.HTTPError as error:
        return f"the webhook answered {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return f"the webhook could not be told ({type(error).__name__})"
