"""Clients that dawdle are put out, and nobody else notices."""

from __future__ import annotations

import socket
import time

import pytest

from harness import Server

# Short limits, so that the test need not wait for the real ones.
LIMIT_SECONDS = 2
PATIENCE_SECONDS = 15


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("slow"), None)
    running.extra_environment |= {
        "RAMPART_IDLE_TIMEOUT_SECONDS": str(LIMIT_SECONDS),
        "RAMPART_BODY_TIMEOUT_SECONDS": str(LIMIT_SECONDS),
    }
    running.start()
    yield running
    running.stop()
    running.check_log()


def trickle(server, head: bytes, drop: bytes) -> float:
    """Sends `head`, then one `drop` at a time; how long until the server closed the connection."""
    begin = time.monotonic()
    with socket.create_connection(server.address, timeout=1) as connection:
        try:
            connection.sendall(head)
            while time.monotonic() - begin < PATIENCE_SECONDS:
                connection.settimeout(0.25)
                try:
                    if not connection.recv(4096):
                        return time.monotonic() - begin
                except TimeoutError:
                    connection.sendall(drop)
        except ConnectionError:
            return time.monotonic() - begin
    raise AssertionError(f"still open after {PATIENCE_SECONDS} s")


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b""),
        (b"POST / HTTP/1.1\r\nHost: x\r\n", b"X"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n", b"a"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    ],
    ids=["silent", "head", "body", "chunks"],
)
def test_a_client_that_sends_too_slowly_is_closed(server, head, drop):
    assert trickle(server, head, drop) < LIMIT_SECONDS * 3 + 2
    assert server.raw("rpc", server.root_key, "sts", "GetCallerIdentity").status == 200


def test_many_of_them_do_not_keep_others_out(server):
    idle = [socket.create_connection(server.address) for _ in range(200)]
    try:
        for connection in idle:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n")
        for _ in range(20):
            assert server.raw("acs3", server.root_key, "sts", "GetCallerIdentity").status == 200
    finally:
        for connection in idle:
            connection.close()
