"""Signed requests without a vendor's library.

Two signers, written from the published rules and independent of the server's own code, for what no
client does by itself: the same request twice, a clock that is off, a parameter that is there twice,
XML answers, broken tokens. A request is prepared once and can be sent any number of times, byte for byte.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import time
import uuid
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from urllib.parse import quote

RAM = "2015-05-01"
STS = "2015-04-01"
VERSIONS = {"ram": RAM, "sts": STS}
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Credentials:
    """An access key pair, with the session's token if it is a temporary one."""

    key_id: str
    secret: str
    token: str | None = None


@dataclass
class Answer:
    """One HTTP answer, with the body's two possible forms."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)

    def xml(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.body)

    @property
    def code(self) -> str | None:
        """The error code of a JSON answer; `None` for a success."""
        return None if self.status == 200 else self.json()["Code"]

    def __repr__(self) -> str:
        return f"<Answer {self.status} {self.body[:600]!r}>"


@dataclass
class Prepared:
    """A signed request, ready to be sent."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    string_to_sign: str = ""
    signature: str = ""
    extra: dict = field(default_factory=dict)

    def send(self, address: tuple[str, int], timeout: float = 15.0) -> Answer:
        connection = http.client.HTTPConnection(*address, timeout=timeout)
        try:
            return self.send_on(connection)
        finally:
            connection.close()

    def send_on(self, connection: http.client.HTTPConnection) -> Answer:
        connection.putrequest(self.method, self.target, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers:
            connection.putheader(name, value)
        connection.endheaders(self.body or None)
        response = connection.getresponse()
        body = response.read()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, body)


def enc(text: str) -> str:
    """The vendor's percent encoding: unreserved characters stay, everything else is `%XX`."""
    return quote(text, safe="-_.~")


def timestamp(offset_seconds: float = 0.0, now: float | None = None) -> str:
    moment = (time.time() if now is None else now) + offset_seconds
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def nonce() -> str:
    return uuid.uuid4().hex


def pairs(parameters: dict[str, object]) -> list[tuple[str, str]]:
    return [(name, text(value)) for name, value in parameters.items() if value is not None]


def text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def joined(items: list[tuple[str, str]]) -> str:
    return "&".join(f"{enc(name)}={enc(value)}" for name, value in items)


def rpc(
    host: str,
    credentials: Credentials | None,
    product: str,
    action: str,
    parameters: dict[str, object] | None = None,
    *,
    method: str = "POST",
    place: str = "query",
    response_format: str | None = "JSON",
    offset_seconds: float = 0.0,
    override: dict[str, str | None] | None = None,
    after_signing: list[tuple[str, str]] | None = None,
) -> Prepared:
    """Signs one call with the RPC scheme (HMAC-SHA1).

    `place` says where the operation's own parameters travel: `query`, `form` (the common ones stay in
    the query) or `all-form`. `override` replaces common parameters before signing (`None` leaves one
    out); `after_signing` adds pairs that the signature does not cover.
    """
    common: dict[str, object] = {
        "Action": action,
        "Version": VERSIONS.get(product, product),
        "Timestamp": timestamp(offset_seconds),
        "SignatureNonce": nonce(),
    }
    if response_format is not None:
        common["Format"] = response_format
    if credentials is not None:
        common |= {
            "AccessKeyId": credentials.key_id,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
        }
        if credentials.token is not None:
            common["SecurityToken"] = credentials.token
    common |= override or {}
    common_pairs, own_pairs = pairs(common), pairs(parameters or {})
    string_to_sign = signature = ""
    if credentials is not None:
        canonical = joined(sorted(common_pairs + own_pairs, key=lambda pair: pair[0].encode()))
        string_to_sign = f"{method}&%2F&{enc(canonical)}"
        mac = hmac.new(f"{credentials.secret}&".encode(), string_to_sign.encode(), hashlib.sha1)
        signature = base64.b64encode(mac.digest()).decode()
        common_pairs.append(("Signature", signature))
    common_pairs += after_signing or []
    query, form = {
        "query": (common_pairs + own_pairs, []),
        "form": (common_pairs, own_pairs),
        "all-form": ([], common_pairs + own_pairs),
    }[place]
    headers = [("Host", host)]
    body = joined(form).encode()
    if form:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    if method == "POST":
        headers.append(("Content-Length", str(len(body))))
    target = f"/?{joined(query)}" if query else "/"
    return Prepared(method, target, headers, body, string_to_sign, signature)


def acs3(
    host: str,
    credentials: Credentials,
    product: str,
    action: str,
    parameters: dict[str, object] | None = None,
    *,
    method: str = "POST",
    place: str = "query",
    accept: str = "application/json",
    offset_seconds: float = 0.0,
    override: dict[str, str | None] | None = None,
    unsigned_headers: tuple[str, ...] = (),
) -> Prepared:
    """Signs one call with the ACS3 scheme (HMAC-SHA256).

    `place` is `query`, `form` or `json`. `override` replaces `x-acs-*` headers before signing (`None` leaves
    one out); headers named in `unsigned_headers` are sent but left out of the list of signed ones.
    """
    own_pairs = pairs(parameters or {})
    body, content_type, query = b"", None, own_pairs
    if place == "form":
        body, content_type, query = joined(own_pairs).encode(), "application/x-www-form-urlencoded", []
    elif place == "json":
        body, content_type, query = json.dumps(parameters or {}).encode(), "application/json; charset=utf-8", []
    headers: dict[str, str | None] = {
        "accept": accept,
        "host": host,
        "x-acs-action": action,
        "x-acs-version": VERSIONS.get(product, product),
        "x-acs-date": timestamp(offset_seconds),
        "x-acs-signature-nonce": nonce(),
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
    }
    if content_type:
        headers["content-type"] = content_type
    if credentials.token is not None:
        headers |= {"x-acs-accesskey-id": credentials.key_id, "x-acs-security-token": credentials.token}
    headers |= override or {}
    sent = {name: value for name, value in headers.items() if value is not None}
    signed = sorted(
        name
        for name in sent
        if (name.startswith("x-acs-") or name in ("host", "content-type")) and name not in unsigned_headers
    )
    canonical_query = joined(sorted(query, key=lambda pair: pair[0].encode()))
    canonical_request = "\n".join(
        [
            method,
            "/",
            canonical_query,
            "".join(f"{name}:{sent[name].strip()}\n" for name in signed),
            ";".join(signed),
            sent.get("x-acs-content-sha256", EMPTY_SHA256),
        ]
    )
    string_to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical_request.encode()).hexdigest()
    signature = hmac.new(credentials.secret.encode(), string_to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = (
        f"ACS3-HMAC-SHA256 Credential={credentials.key_id},SignedHeaders={';'.join(signed)},Signature={signature}"
    )
    wire = [*sent.items(), ("Authorization", authorization)]
    if method == "POST":
        wire.append(("Content-Length", str(len(body))))
    target = f"/?{joined(query)}" if query else "/"
    return Prepared(
        method, target, wire, body, string_to_sign, signature, {"canonical_request": canonical_request}
    )


SIGNERS = {"rpc": rpc, "acs3": acs3}


def self_test() -> None:
    """The published vector of the RPC scheme: these signers owe nothing to the server's code."""
    canonical = joined(
        [
            ("AccessKeyId", "testid"),
            ("Action", "CreateUser"),
            ("Format", "JSON"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "6a6e0ca6-4557-11e5-86a2-b8e8563dc8d2"),
            ("SignatureVersion", "1.0"),
            ("Timestamp", "2015-08-18T03:15:45Z"),
            ("UserName", "test"),
            ("Version", RAM),
        ]
    )
    prepared = rpc(
        "ram.aliyuncs.com",
        Credentials("testid", "testsecret"),
        "ram",
        "CreateUser",
        {"UserName": "test"},
        method="GET",
        override={"Timestamp": "2015-08-18T03:15:45Z", "SignatureNonce": "6a6e0ca6-4557-11e5-86a2-b8e8563dc8d2"},
    )
    assert prepared.string_to_sign == f"GET&%2F&{enc(canonical)}"
    assert prepared.signature == "kRA2cnpJVacIhDMzXnoNZG9tDCI="
