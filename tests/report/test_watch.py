"""The live page: the report itself, to this machine alone, asked for again while the run goes on."""

import http.client
import socket
import struct
import threading

import pytest

from bptt.errors import ConfigError
from bptt.record import REPORT
from bptt.report import ClassesView, watch, write


@pytest.fixture
def watched(make):
    """`watched(**changes)`: a run, and a function that asks its server."""
    servers = []

    def start(**changes):
        run = make(**changes)
        one = watch.server(watch.Pages(run, ClassesView()), 0)
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(one)

        def ask(path="/", method="GET", host=None):
            line = http.client.HTTPConnection(*one.server_address, timeout=30)
            line.request(method, path, headers={"Host": host or f"127.0.0.1:{one.server_port}"})
            answer = line.getresponse()
            return answer, answer.read()

        return run, ask

    yield start
    for one in servers:
        one.shutdown()
        one.server_close()


def test_it_is_the_report_and_grows_with_the_run(watched, epochs):
    run, ask = watched(events=epochs(2), ending=[], leave_out=("scores.json",))
    answer, page = ask()
    assert (answer.status, answer.getheader("Refresh"), answer.getheader("Cache-Control")) == (200, "3", "no-store")
    assert page == write(run, ClassesView()).read_bytes()
    assert b"at epoch 2" in page
    (run.path / REPORT).unlink()
    run.append(epochs(3)[2])
    assert b"at epoch 3" in ask()[1]


def test_it_is_not_asked_for_again_once_the_run_has_ended(watched):
    run, ask = watched()
    assert ask()[0].getheader("Refresh") == "3", "trained, but not yet scored"
    write(run, ClassesView())
    assert ask()[0].getheader("Refresh") is None


def test_a_page_is_not_made_twice_of_the_same_files(watched, monkeypatch):
    _run, ask = watched()
    asked = []
    render = watch.render
    monkeypatch.setattr(watch, "render", lambda *given: asked.append(1) or render(*given))
    assert ask()[1] == ask()[1]
    assert len(asked) == 1


@pytest.mark.parametrize("path", ["/config.toml", "/../config.toml", "/%2e%2e/config.toml", "/?", "/report.html", "*", "/.."])
def test_nothing_else_is_there(watched, path):
    answer, page = watched()[1](path)
    assert (answer.status, page) == (404, b"")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1.evil.example", "localhost:1"])
def test_another_name_for_this_machine_is_refused(watched, host):
    answer, page = watched()[1](host=host)
    assert (answer.status, page) == (403, b"")


def test_nothing_can_be_sent(watched):
    _run, ask = watched()
    assert ask(method="POST")[0].status == 501
    answer, page = ask(method="HEAD")
    assert (answer.status, page) == (200, b"")
    assert int(answer.getheader("Content-Length")) > 10_000


def test_it_is_bound_to_the_loopback_and_a_taken_port_is_told(make):
    one = watch.server(watch.Pages(make(), ClassesView()), 0)
    try:
        assert one.server_address[0] == "127.0.0.1"
        with pytest.raises(ConfigError, match=str(one.server_port)):
            watch.serve(make("other"), ClassesView(), one.server_port, print)
    finally:
        one.server_close()


def test_who_leaves_before_the_page_came_is_no_error(make, monkeypatch, capfd):
    pages = watch.Pages(make(), ClassesView())
    one = watch.server(pages, 0)
    port = one.server_port
    line = socket.create_connection(one.server_address)
    monkeypatch.setattr(pages, "page", lambda: (line.close(), (b" " * 10_000_000, True))[1])
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closes with a reset
    line.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    one.handle_request()
    one.server_close()
    for thread in threading.enumerate():
        if "process_request" in thread.name:
            thread.join(30)
    assert capfd.readouterr().err == ""


def test_a_run_that_is_damaged_is_told_and_looked_at_again(watched):
    run, ask = watched()
    (run.path / "scores.json").write_text("{<script>")
    answer, page = ask()
    assert (answer.status, answer.getheader("Refresh")) == (503, "3")
    assert b"damaged" in page
    assert b"<script>" not in page
