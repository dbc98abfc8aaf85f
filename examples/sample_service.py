#!/usr/bin/env python3
"""A service of a private cloud: an inventory that counts the RAM users of its customers' accounts.

It has one key of its own and no key of any account. In each account that wants it, it takes the role that trusts it,
does its work with the session, and says which resources of its own now need that role. It needs nothing but Python.

    rampart service-key create inventory.corp.example --any-account
    export RAMPART_ENDPOINT=http://127.0.0.1:7267
    export SERVICE_ACCESS_KEY_ID=... SERVICE_ACCESS_KEY_SECRET=...
    examples/sample_service.py acs:ram::1000000000000001:role/Inventory acs:ram::1000000000000002:role/Inventory

An ordinary role trusts the service in its trust policy: {"Service": ["inventory.corp.example"]}. Where the role is one
that is linked to the service (docs/services.md), `--register REGION/RESOURCE` registers a use of it, which keeps it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timezone
from typing import NamedTuple

VERSIONS = {"ram": "2015-05-01", "sts": "2015-04-01", "rampart": "2026-11-01"}


class Credentials(NamedTuple):
    """A key: the service's own, or a session's with its token."""

    key_id: str
    secret: str
    token: str | None = None


class Refused(Exception):
    """The server said no."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code


def encoded(text: str) -> str:
    return urllib.parse.quote(text, safe="-_.~")


def call(endpoint: str, who: Credentials, product: str, action: str, **parameters: str) -> dict:
    """Signs a call (RPC, HMAC-SHA1) and sends it."""
    signed = {
        **parameters,
        "Action": action,
        "Version": VERSIONS[product],
        "Format": "JSON",
        "AccessKeyId": who.key_id,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": str(uuid.uuid4()),
        "Timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if who.token is not None:
        signed["SecurityToken"] = who.token
    query = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(signed.items()))
    to_sign = f"POST&{encoded('/')}&{encoded(query)}"
    digest = hmac.new(f"{who.secret}&".encode(), to_sign.encode(), hashlib.sha1).digest()
    signed["Signature"] = base64.b64encode(digest).decode()
    request = urllib.request.Request(endpoint, data=urllib.parse.urlencode(signed).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        told = json.load(error)
        raise Refused(told["Code"], told["Message"]) from None


def take(endpoint: str, service: Credentials, role_arn: str) -> Credentials:
    """A session of the role: fifteen minutes are enough for a count."""
    answer = call(
        endpoint,
        service,
        "sts",
        "AssumeRole",
        RoleArn=role_arn,
        RoleSessionName="inventory",
        DurationSeconds="900",
    )["Credentials"]
    return Credentials(answer["AccessKeyId"], answer["AccessKeySecret"], answer["SecurityToken"])


def users(endpoint: str, session: Credentials) -> list[str]:
    """The names of the account's users, page by page."""
    names: list[str] = []
    page: dict[str, str] = {}
    while True:
        answer = call(endpoint, session, "ram", "ListUsers", **page)
        names += [user["UserName"] for user in answer["Users"]["User"]]
        if not answer["IsTruncated"]:
            return names
        page = {"Marker": answer["Marker"]}


def main() -> int:
    parser = argparse.ArgumentParser(description="Counts the RAM users of accounts whose roles trust this service.")
    parser.add_argument("roles", nargs="+", metavar="ROLE_ARN")
    parser.add_argument("--register", metavar="REGION/RESOURCE", help="say that this needs the role, which is linked to the service")
    arguments = parser.parse_args()
    endpoint = os.environ.get("RAMPART_ENDPOINT", "http://127.0.0.1:7267")
    service = Credentials(os.environ["SERVICE_ACCESS_KEY_ID"], os.environ["SERVICE_ACCESS_KEY_SECRET"])
    print(f"I am {call(endpoint, service, 'sts', 'GetCallerIdentity')['Arn']}")
    failed = 0
    for role_arn in arguments.roles:
        account = role_arn.split(":")[3]
        try:
            session = take(endpoint, service, role_arn)
            if arguments.register is not None:
                region, resource = arguments.register.split("/", 1)
                call(
                    endpoint,
                    service,
                    "rampart",
                    "PutServiceLinkedRoleUsage",
                    RoleArn=role_arn,
                    Region=region,
                    Resource=resource,
                )
            print(f"{account}: {len(users(endpoint, session))} users")
        except Refused as refusal:
            failed += 1
            print(f"{account}: {refusal}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
