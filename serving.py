"""The web server inside ``python run.py``: threads that answer, and an end that cuts off no answer."""

import threading
import time

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

GRACE_SECONDS = 20


class WebServer:
    """Serves one app on its HOST and PORT with WEB_THREADS threads."""

    def __init__(self, served: Flask) -> None:
        """Listen on HOST and PORT; OSError when that is not possible."""
        config = served.config
        self._channels: dict[int, wasyncore.dispatcher] = {}
        self._server = create_server(
            served, map=self._channels, listen=f"{config['HOST']}:{config['PORT']}", threads=config["WEB_THREADS"],
            # A request that is a little too large is refused by the app, in words; only a huge one here.
            max_request_body_size=2 * config["MAX_CONTENT_LENGTH"], ident=None,
            # What a client claims to be a proxy's word is dropped here, unless proxies are known to stand in front.
            clear_untrusted_proxy_headers=config["PROXY_HOPS"] == 0,
        )

    def run(self, stopping: threading.Event) -> None:
        """Serve until `stopping` is set, then finish what was begun, for at most GRACE_SECONDS."""
        while not stopping.is_set():
            self._step(0.5)
        for listener in list(self._channels.values()):
            if isinstance(listener, BaseWSGIServer):
                listener.accepting = False
        until = time.monotonic() + GRACE_SECONDS
        while self._busy() and time.monotonic() < until:
            self._step(0.05)
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._channels)

    def _step(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._channels, count=1)

    def _busy(self) -> bool:
        return any(isinstance(channel, HTTPChannel) and (channel.requests or channel.total_outbufs_len)
                   for channel in self._channels.values())
