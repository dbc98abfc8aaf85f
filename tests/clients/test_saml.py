"""AssumeRoleWithSAML: an identity provider that others wrote, and the vendor's STS client."""

from __future__ import annotations

import base64
import datetime
import html
import re
import signal
import subprocess
from pathlib import Path

import pytest
import requests
from alibabacloud_sts20150401 import models as sts_models
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_tea_openapi.models import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from harness import Server, free_port
from raw import Credentials
from test_oidc import NODE, identity, ims, own_database, trusting  # noqa: F401 (a fixture is among them)

RECIPIENT = "https://rampart.example/saml-role/sso"


def keys(directory: Path) -> None:
    """Two RSA keys with their certificates, as the provider takes them."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sso")])
    now = datetime.datetime.now(datetime.timezone.utc)
    for number in (1, 2):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        (directory / f"cert-{number}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (directory / f"key-{number}.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


class SignOn:
    """`samlp` in a process of its own."""

    def __init__(self, directory: Path):
        keys(directory)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            ["node", str(NODE / "sso.mjs"), str(self.port), RECIPIENT, str(directory)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.says("ready")

    def says(self, word: str) -> None:
        for line in self.process.stdout:
            if line.startswith(word):
                return
        raise AssertionError("no provider: run tests/setup.sh")

    def rotate(self) -> None:
        self.process.send_signal(signal.SIGHUP)
        self.says("rotated")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def get(self, path: str, **query: object) -> str:
        session = requests.Session()
        session.trust_env = False
        answer = session.get(self.url + path, params=query, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.text

    def metadata(self) -> str:
        return base64.b64encode(self.get("/metadata").encode()).decode()

    def response(self, user: str, *roles: str, signed: str = "assertion") -> str:
        """What a browser would post to the address that users sign on at."""
        page = self.get("/sso", user=user, role=list(roles), signed=signed)
        assert f'action="{RECIPIENT}"' in page
        return html.unescape(re.search(r'name="SAMLResponse"\s+value="([^"]+)"', page).group(1))


@pytest.fixture
def sign_on(tmp_path):
    directory = tmp_path / "sso"
    directory.mkdir()
    running = SignOn(directory)
    yield running
    running.stop()


@pytest.fixture
def saml_server(own_database, tmp_path):  # noqa: F811
    running = Server(tmp_path, own_database)
    running.extra_arguments += ["--saml-recipient", RECIPIENT]
    running.start()
    yield running
    running.stop()
    running.check_log()


def set_up(server: Server, sign_on: SignOn) -> tuple[str, str]:
    """A provider by the metadata that it serves, and a role that trusts it, as the vendor's console writes that."""
    made = ims(
        server, "CreateSAMLProvider", SAMLProviderName="Staff", EncodedSAMLMetadataDocument=sign_on.metadata()
    )
    provider = made["SAMLProvider"]["Arn"]
    trust = trusting(provider, **{"saml:recipient": RECIPIENT})
    role = server.root("acs3").ram("CreateRole", RoleName="Staff", AssumeRolePolicyDocument=trust)
    return provider, role["Role"]["Arn"]


def assume(server: Server, provider: str, role: str, response: str) -> sts_models.AssumeRoleWithSAMLResponseBody:
    """With the vendor's client, which has no key and signs nothing."""
    server.never_logged.add(response)
    client = StsClient(Config(endpoint=server.host, protocol="HTTP"))
    request = sts_models.AssumeRoleWithSAMLRequest(
        samlprovider_arn=provider, role_arn=role, samlassertion=response, duration_seconds=3600
    )
    body = client.assume_role_with_saml(request).body
    server.never_logged |= {body.credentials.access_key_secret, body.credentials.security_token}
    return body


def refusal(server: Server, provider: str, role: str, response: str) -> str:
    with pytest.raises(Exception) as caught:
        assume(server, provider, role, response)
    return caught.value.code


@pytest.mark.parametrize("signed", ["assertion", "response", "both"])
def test_a_response_of_another_implementation_takes_a_role(saml_server, sign_on, signed):
    provider, role = set_up(saml_server, sign_on)
    other = role.replace("Staff", "Other")
    response = sign_on.response("alice", f"{other},{provider}", f"{provider},{role}", signed=signed)
    body = assume(saml_server, provider, role, response)
    info = body.samlassertion_info
    assert (info.subject, info.subject_type) == ("alice@example.com", "persistent")
    assert (info.issuer, info.recipient) == (sign_on.url + "/", RECIPIENT)
    assert body.assumed_role_user.arn.endswith(":assumed-role/Staff/alice")
    found = body.credentials
    session = Credentials(found.access_key_id, found.access_key_secret, found.security_token)
    assert identity(saml_server, session).endswith(":assumed-role/Staff/alice")
    # The assertion asks for half an hour, the call for an hour: the least counts.
    ends = datetime.datetime.fromisoformat(found.expiration.replace("Z", "+00:00"))
    left = ends - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=29) < left <= datetime.timedelta(minutes=30)
    # Once, and for the roles that it names.
    assert refusal(saml_server, provider, role, response) == "AuthenticationFail.SAMLAssertion.Invalid"
    response = sign_on.response("alice", f"{other},{provider}", signed=signed)
    assert refusal(saml_server, provider, role, response) == "AuthenticationFail.SAMLAssertion.Invalid"


def test_a_rotation_is_followed_without_a_restart(saml_server, sign_on):
    provider, role = set_up(saml_server, sign_on)
    pair = f"{role},{provider}"
    assume(saml_server, provider, role, sign_on.response("alice", pair))
    before = sign_on.response("alice", pair)
    sign_on.rotate()
    after = sign_on.response("alice", pair)
    assert refusal(saml_server, provider, role, after) == "AuthenticationFail.SAMLAssertion.Invalid"
    ims(
        saml_server,
        "UpdateSAMLProvider",
        SAMLProviderName="Staff",
        NewEncodedSAMLMetadataDocument=sign_on.metadata(),
    )
    assume(saml_server, provider, role, after)
    # The key of before has gone, and with it what it signed.
    assert refusal(saml_server, provider, role, before) == "AuthenticationFail.SAMLAssertion.Invalid"


def test_what_is_for_another_deployment_is_refused(own_database, tmp_path, sign_on):  # noqa: F811
    server = Server(tmp_path, own_database)
    server.extra_arguments += ["--saml-recipient", "https://other.example/saml-role/sso"]
    server.start()
    try:
        provider, role = set_up(server, sign_on)
        response = sign_on.response("alice", f"{role},{provider}")
        assert refusal(server, provider, role, response) == "AuthenticationFail.SAMLAssertion.Invalid"
        # Why is said to who runs the server.
        assert "federation.saml_recipients" in server.log()
    finally:
        server.stop()
    server.check_log()
