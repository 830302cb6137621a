"""Ports on which ``make ui`` serves: their variables, and whether one is free.

Belongs here: names, defaults, probing. Does not belong here: starting servers (``commands.ui``).
"""

from __future__ import annotations

import socket

HOST, DEFAULT_HOST = "ECOM_UI_HOST", "127.0.0.1"
UI_PORT, DEFAULT_UI_PORT = "ECOM_UI_PORT", "3000"
MLFLOW_PORT, DEFAULT_MLFLOW_PORT = "ECOM_MLFLOW_PORT", "5000"
REPORTS_PORT = "ECOM_REPORTS_PORT"


def is_free(host: str, port: int) -> bool:
    """Return whether a server could listen on a port."""
    with socket.socket() as probe:
        # As servers do: connections that an earlier one left behind do not keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True
