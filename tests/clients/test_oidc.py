"""AssumeRoleWithOIDC: a provider that others wrote, and the vendor's credentials libraries with their OIDC provider."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import raw
from harness import REPOSITORY, PostgresDatabase, Server, free_port
from raw import Credentials
from test_tls import TlsServer, certificate

NODE = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target") / "clients-node"
IMS = "2019-08-15"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """`oidc-provider` in a process of its own."""

    def __init__(self, directory: Path):
        self.authority, self.chain, key = certificate(directory)
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            ["node", str(NODE / "provider.mjs"), str(self.port), self.chain, key],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.says("ready")

    def says(self, word: str) -> None:
        """Waits for the provider's word; it has others."""
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

    def fingerprint(self, algorithm: str) -> str:
        der = ssl.PEM_cert_to_DER_cert(Path(self.authority).read_text())
        return hashlib.new(algorithm, der).hexdigest()

    def id_token(self, user: str) -> str:
        """The authorization code flow from its first page to the token."""
        browser = requests.Session()
        browser.verify, browser.trust_env = self.authority, False
        query = urlencode(
            {
                "client_id": "console",
                "response_type": "code",
                "scope": "openid",
                "redirect_uri": "https://127.0.0.1/callback",
            }
        )
        answer = browser.get(f"{self.url}/auth?{query}", allow_redirects=False)
        for _ in range(12):
            if answer.is_redirect:
                location = answer.headers["location"]
                if location.startswith("https://127.0.0.1/callback"):
                    code = parse_qs(urlsplit(location).query)["code"][0]
                    break
                answer = browser.get(requests.compat.urljoin(answer.url, location), allow_redirects=False)
                continue
            # A page with a form: to log in, then to consent.
            action = re.search(r'<form[^>]*action="([^"]+)"', answer.text).group(1)
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text).group(1)
            fields = {"prompt": prompt} | ({"login": user, "password": "any"} if prompt == "login" else {})
            answer = browser.post(requests.compat.urljoin(answer.url, action), data=fields, allow_redirects=False)
        else:
            raise AssertionError(f"no code: {answer.status_code} {answer.text[:500]}")
        answer = browser.post(
            f"{self.url}/token",
            auth=("console", "no-secret-in-tests"),
            data={"grant_type": "authorization_code", "code": code, "redirect_uri": "https://127.0.0.1/callback"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["id_token"]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    running = Issuer(tmp_path_factory.mktemp("issuer"))
    yield running
    running.stop()


def serve(server: Server, issuer: Issuer | None = None, ca: bool = True) -> Server:
    if issuer is not None:
        server.extra_arguments += ["--outbound-allow", "127.0.0.1=127.0.0.1"]
        if ca:
            server.extra_arguments += ["--outbound-ca", issuer.authority]
    return server.start()


@pytest.fixture(params=["sqlite", "postgres"])
def own_database(request):
    """A database for one test: `None` stands for the embedded one."""
    if request.param == "sqlite":
        yield None
        return
    made = PostgresDatabase(os.environ["RAMPART_TEST_POSTGRES_URL"])
    made.create()
    yield made
    made.drop()


@pytest.fixture
def oidc_server(own_database, tmp_path, issuer):
    running = serve(Server(tmp_path, own_database), issuer)
    yield running
    running.stop()
    running.check_log()


def ims(server: Server, action: str, **parameters: str) -> dict:
    answer = server.raw("acs3", server.root_key, IMS, action, parameters)
    assert answer.status == 200, answer.body
    return answer.json()


def add_provider(server: Server, issuer_url: str, **more: str) -> str:
    parameters = {"OIDCProviderName": "Idp", "IssuerUrl": issuer_url, "ClientIds": "console"} | more
    return ims(server, "CreateOIDCProvider", **parameters)["OIDCProvider"]["Arn"]


def trusting(provider: str, **condition: object) -> str:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Federated": [provider]},
        "Condition": {"StringEquals": condition},
    }
    return json.dumps({"Version": "1", "Statement": [statement]})


def add_role(server: Server, provider: str, **condition: object) -> str:
    trust = trusting(provider, **condition)
    role = server.root("acs3").ram("CreateRole", RoleName="Federated", AssumeRolePolicyDocument=trust)
    return role["Role"]["Arn"]


def assume(server: Server, provider: str, role: str, token: str) -> tuple[int, dict]:
    server.never_logged.add(token)
    query = urlencode({"Action": "AssumeRoleWithOIDC", "Version": raw.STS, "Format": "JSON"})
    form = {"OIDCProviderArn": provider, "RoleArn": role, "RoleSessionName": "session", "OIDCToken": token}
    answer = requests.post(f"http://{server.host}/?{query}", data=form, timeout=10)
    return answer.status_code, answer.json()


def identity(server: Server, credentials: Credentials) -> str:
    return server.caller("acs3", credentials).sts("GetCallerIdentity")["Arn"]


def test_an_id_token_of_a_certified_provider_takes_a_role(oidc_server, issuer):
    provider = add_provider(oidc_server, issuer.url)
    role = add_role(oidc_server, provider, **{"oidc:iss": issuer.url, "oidc:aud": "console", "oidc:sub": "alice"})
    status, answer = assume(oidc_server, provider, role, issuer.id_token("alice"))
    assert status == 200, answer
    info = answer["OIDCTokenInfo"]
    assert (info["Issuer"], info["Subject"], info["ClientIds"]) == (issuer.url, "alice", "console")
    found = answer["Credentials"]
    session = Credentials(found["AccessKeyId"], found["AccessKeySecret"], found["SecurityToken"])
    assert identity(oidc_server, session).endswith(":assumed-role/Federated/session")
    # Somebody else of the same provider.
    status, answer = assume(oidc_server, provider, role, issuer.id_token("bob"))
    assert (status, answer["Code"]) == (401, "AuthenticationFail.NoPermission")


def test_a_rotation_is_followed_without_a_restart(oidc_server, issuer):
    provider = add_provider(oidc_server, issuer.url)
    role = add_role(oidc_server, provider, **{"oidc:iss": issuer.url})
    before = issuer.id_token("alice")
    assert assume(oidc_server, provider, role, before)[0] == 200
    issuer.rotate()
    after = issuer.id_token("alice")
    assert assume(oidc_server, provider, role, after)[0] == 200
    # The key of before has gone, and with it what it signed.
    status, answer = assume(oidc_server, provider, role, before)
    assert (status, answer["Code"]) == (401, "AuthenticationFail.OIDCToken.InvalidSignature")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_fingerprint_stands_in_for_the_roots(tmp_path, issuer, algorithm):
    server = serve(Server(tmp_path, None), issuer, ca=False)
    try:
        provider = add_provider(server, issuer.url)
        role = add_role(server, provider, **{"oidc:iss": issuer.url})
        token = issuer.id_token("alice")
        status, answer = assume(server, provider, role, token)
        assert (status, answer["Code"]) == (401, "AuthenticationFail.OIDCToken.HttpsUrlInvalid")
        fingerprint = issuer.fingerprint(algorithm)
        ims(server, "AddFingerprintToOIDCProvider", OIDCProviderName="Idp", Fingerprint=fingerprint)
        assert assume(server, provider, role, token)[0] == 200
        ims(server, "AddFingerprintToOIDCProvider", OIDCProviderName="Idp", Fingerprint="ab" * 20)
        ims(server, "RemoveFingerprintFromOIDCProvider", OIDCProviderName="Idp", Fingerprint=fingerprint)
        status, answer = assume(server, provider, role, token)
        assert (status, answer["Code"]) == (401, "AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch")
    finally:
        server.stop()
    server.check_log()


def test_t19_without_an_opening_nothing_is_asked(tmp_path, issuer):
    server = serve(Server(tmp_path, None))
    try:
        provider = add_provider(server, issuer.url, Fingerprints=issuer.fingerprint("sha256"))
        role = add_role(server, provider, **{"oidc:iss": issuer.url})
        status, answer = assume(server, provider, role, issuer.id_token("alice"))
        assert (status, answer["Code"]) == (401, "AuthenticationFail.OIDCToken.HttpsUrlInvalid")
    finally:
        server.stop()


class Cluster:
    """What a Kubernetes cluster gives its pods: tokens of service accounts, in a file that is written anew."""

    issuer = "https://kubernetes.default.svc"
    subject = "system:serviceaccount:apps:reader"

    def __init__(self, directory: Path):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.token_file = directory / "token"
        self.project()

    def key_set(self) -> str:
        numbers = self.key.public_key().public_numbers()
        number = lambda n: base64url(n.to_bytes((n.bit_length() + 7) // 8, "big"))  # noqa: E731
        key = {"use": "sig", "kty": "RSA", "kid": "cluster", "alg": "RS256", "n": number(numbers.n), "e": number(numbers.e)}
        return json.dumps({"keys": [key]})

    def project(self) -> str:
        """A token as the kubelet writes it."""
        now = int(time.time())
        claims = {
            "aud": ["sts.aliyuncs.com"],
            "exp": now + 3600,
            "iat": now,
            "iss": self.issuer,
            "jti": secrets.token_hex(16),
            "kubernetes.io": {"namespace": "apps", "serviceaccount": {"name": "reader", "uid": secrets.token_hex(8)}},
            "nbf": now,
            "sub": self.subject,
        }
        header = {"alg": "RS256", "kid": "cluster"}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        token = f"{signed}.{base64url(signature)}"
        self.token_file.write_text(token + "\n")
        return token

    def environment(self, provider: str, role: str) -> dict[str, str]:
        """What the webhook of RRSA puts into a pod."""
        return {
            "ALIBABA_CLOUD_ROLE_ARN": role,
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": provider,
            "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(self.token_file),
            "ALIBABA_CLOUD_ROLE_SESSION_NAME": "pod",
        }


@pytest.fixture
def cluster(tmp_path):
    return Cluster(tmp_path)


def call(server: Server, credentials: Credentials, product: str, action: str, **parameters: str) -> dict:
    """A call of the tests' own signer, through the connection of the server: over TLS where it speaks that."""
    prepared = server.signed("acs3", credentials, product, action, parameters)
    connection = server.connection()
    try:
        connection.request(prepared.method, prepared.target, prepared.body, dict(prepared.headers))
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    assert response.status == 200, body
    return json.loads(body)


def rrsa(server: Server, cluster: Cluster) -> dict[str, str]:
    """A provider whose keys are given, so that nothing is fetched from a closed network, and a role: what a pod gets."""
    made = call(
        server,
        server.root_key,
        IMS,
        "CreateOIDCProvider",
        OIDCProviderName="Cluster",
        IssuerUrl=cluster.issuer,
        ClientIds="sts.aliyuncs.com",
        JsonWebKeySet=cluster.key_set(),
    )
    provider = made["OIDCProvider"]["Arn"]
    trust = trusting(
        provider, **{"oidc:iss": cluster.issuer, "oidc:aud": "sts.aliyuncs.com", "oidc:sub": cluster.subject}
    )
    role = call(server, server.root_key, "ram", "CreateRole", RoleName="Pod", AssumeRolePolicyDocument=trust)
    return cluster.environment(provider, role["Role"]["Arn"])


# The vendor's credentials library for Python, set up by its environment as in a pod.
PYTHON = """
import json, sys, time
from alibabacloud_credentials.client import Client
from alibabacloud_credentials.models import Config

client = Client(Config(type="oidc_role_arn", sts_endpoint=sys.argv[1], role_session_expiration=900))
for _ in range(int(sys.argv[2])):
    found = client.get_credential()
    print(json.dumps({
        "accessKeyId": found.access_key_id,
        "accessKeySecret": found.access_key_secret,
        "securityToken": found.security_token,
    }))
    time.sleep(1.1)
"""


def gets_and_refreshes(server: Server, cluster: Cluster, command: list[str], **more: str) -> None:
    environment = {"PATH": os.environ["PATH"]} | rrsa(server, cluster) | more
    server.never_logged.add(cluster.token_file.read_text().strip())
    done = subprocess.run(
        [*command, "3"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    # A session of 900 seconds is stale a second after: each use makes another.
    assert len({one["accessKeyId"] for one in found}) == 3
    for one in found:
        session = Credentials(one["accessKeyId"], one["accessKeySecret"], one["securityToken"])
        server.never_logged |= {session.secret, session.token}
        who = call(server, session, "sts", "GetCallerIdentity")
        assert who["Arn"].endswith(":assumed-role/Pod/pod")


def test_rrsa_with_the_vendors_credentials_library_for_python(own_database, tmp_path, cluster):
    server = serve(Server(tmp_path, own_database))
    try:
        gets_and_refreshes(server, cluster, [sys.executable, "-c", PYTHON, f"http://{server.host}"])
    finally:
        server.stop()
    server.check_log()


def test_rrsa_with_the_vendors_credentials_library_for_node(tmp_path, cluster):
    server = TlsServer(tmp_path, None)
    server.authority, server.chain, key = certificate(tmp_path)
    server.extra_arguments = ["--tls-cert", server.chain, "--tls-key", key]
    server.start()
    try:
        command = ["node", str(NODE / "credentials.mjs"), server.host]
        gets_and_refreshes(server, cluster, command, NODE_EXTRA_CA_CERTS=server.authority)
    finally:
        server.stop()
    server.check_log()
