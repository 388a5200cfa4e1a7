"""The server inside `python run.py` answers in parallel, and its end cuts off no answer."""

import http.client
import os
import signal
import socket
import threading
import time

import pytest
from flask import Flask, request

import serving
from app.workflows.runtime import stop_on_signal
from serving import WebServer


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def tiny():
    """An app with an answer that takes its time, a large one, and one that says what it was told by proxies."""
    app = Flask(__name__)
    app.config.update(HOST="127.0.0.1", PORT=free_port(), WEB_THREADS=4, PROXY_HOPS=0, MAX_CONTENT_LENGTH=1000)
    app.begun, app.go_on = threading.Event(), threading.Event()
    app.add_url_rule("/quick", view_func=lambda: "quick", endpoint="quick")
    app.add_url_rule("/large", view_func=lambda: b"x" * 3_000_000, endpoint="large")
    app.add_url_rule("/told", view_func=lambda: request.headers.get("X-Forwarded-For", "nothing"), endpoint="told")
    app.add_url_rule("/take", view_func=lambda: str(len(request.get_data())), endpoint="take", methods=["POST"])

    def slow():
        app.begun.set()
        app.go_on.wait(10)
        return "slow"

    app.add_url_rule("/slow", view_func=slow, endpoint="slow")
    return app


@pytest.fixture
def serve():
    """Serves an app in a thread; ends it with the test."""
    running = []

    def start(app):
        stopping = threading.Event()
        server = WebServer(app)
        thread = threading.Thread(target=server.run, args=(stopping,), daemon=True)
        thread.start()
        running.append((stopping, thread))
        return stopping, thread

    yield start
    for stopping, thread in running:
        stopping.set()
        thread.join(10)
        assert not thread.is_alive()


def get(app, path, headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", app.config["PORT"], timeout=10)
    connection.request("POST" if body else "GET", path, body=body, headers=headers or {})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_requests_are_answered_in_parallel(tiny, serve):
    serve(tiny)
    answers = []
    slow = threading.Thread(target=lambda: answers.append(get(tiny, "/slow")))
    slow.start()
    assert tiny.begun.wait(5)
    assert get(tiny, "/quick") == (200, "quick")
    assert answers == []
    tiny.go_on.set()
    slow.join(10)
    assert answers == [(200, "slow")]


def test_what_was_begun_is_answered_before_the_end(tiny, serve):
    stopping, thread = serve(tiny)
    answers = []
    slow = threading.Thread(target=lambda: answers.append(get(tiny, "/slow")))
    slow.start()
    assert tiny.begun.wait(5)
    stopping.set()
    thread.join(0.3)
    assert thread.is_alive()
    tiny.go_on.set()
    slow.join(10)
    thread.join(10)
    assert answers == [(200, "slow")]
    assert not thread.is_alive()


def test_a_large_answer_is_sent_to_its_last_byte_before_the_end(tiny, serve):
    stopping, thread = serve(tiny)
    with socket.create_connection(("127.0.0.1", tiny.config["PORT"]), timeout=10) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        received = client.recv(1000)
        stopping.set()
        time.sleep(0.2)
        while block := client.recv(65536):
            received += block
    thread.join(10)
    assert received.partition(b"\r\n\r\n")[2] == b"x" * 3_000_000


def test_the_end_does_not_wait_for_a_request_that_hangs(tiny, serve, monkeypatch):
    monkeypatch.setattr(serving, "GRACE_SECONDS", 0.2)
    stopping, thread = serve(tiny)
    client = socket.create_connection(("127.0.0.1", tiny.config["PORT"]), timeout=10)
    client.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert tiny.begun.wait(5)
    stopping.set()
    thread.join(8)
    assert not thread.is_alive()
    tiny.go_on.set()
    client.close()


def test_an_open_connection_without_a_request_does_not_hold_up_the_end(tiny, serve):
    stopping, thread = serve(tiny)
    with socket.create_connection(("127.0.0.1", tiny.config["PORT"]), timeout=10):
        stopping.set()
        thread.join(5)
        assert not thread.is_alive()


def test_after_the_end_nobody_listens(tiny, serve):
    stopping, thread = serve(tiny)
    assert get(tiny, "/quick")[0] == 200
    stopping.set()
    thread.join(10)
    with pytest.raises(ConnectionRefusedError):
        get(tiny, "/quick")


def test_a_port_that_is_taken_is_refused(tiny):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", tiny.config["PORT"]))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            WebServer(tiny)


@pytest.mark.parametrize(("hops", "heard"), [(0, "nothing"), (1, "6.6.6.6")])
def test_a_client_cannot_speak_for_a_proxy(tiny, serve, hops, heard):
    tiny.config["PROXY_HOPS"] = hops
    serve(tiny)
    assert get(tiny, "/told", {"X-Forwarded-For": "6.6.6.6"}) == (200, heard)


@pytest.mark.parametrize(("size", "status"), [(1000, 200), (1500, 413), (5000, 413)])
def test_a_request_that_is_too_large_is_refused(tiny, serve, size, status):
    serve(tiny)
    assert get(tiny, "/take", body=b"x" * size)[0] == status


def test_the_answer_does_not_name_the_server(tiny, serve):
    serve(tiny)
    connection = http.client.HTTPConnection("127.0.0.1", tiny.config["PORT"], timeout=10)
    connection.request("GET", "/quick")
    assert connection.getresponse().getheader("Server") is None
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_for_the_end_and_the_second_is_not_caught(number):
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        stopping = stop_on_signal()
        assert not stopping.is_set()
        os.kill(os.getpid(), number)
        assert stopping.wait(5)
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
