"""TLS: the vendor's clients with a certificate of a private authority."""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import ssl

import pytest
from aliyunsdkcore.client import AcsClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness import Server
from vendor import Rpc, Tea


def certificate(directory) -> tuple[str, str, str]:
    """An authority, and a certificate of it for 127.0.0.1: the paths of the authority, of the chain and of the key."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rampart test authority")])
    now = datetime.datetime.now(datetime.timezone.utc)

    def made(subject: x509.Name, public_key) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )

    authority = (
        made(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        made(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rampart test")]), key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    authority_path, chain_path, key_path = (directory / name for name in ("authority.pem", "chain.pem", "key.pem"))
    authority_path.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain_path.write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + authority_path.read_bytes())
    key_path.touch(mode=0o600)
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(authority_path), str(chain_path), str(key_path)


class TlsServer(Server):
    authority: str
    chain: str

    def connection(self) -> http.client.HTTPConnection:
        context = ssl.create_default_context(cafile=self.authority)
        return http.client.HTTPSConnection(*self.address, timeout=5, context=context)


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("tls")
    running = TlsServer(directory, None)
    running.authority, running.chain, key = certificate(directory)
    running.extra_arguments = ["--tls-cert", running.chain, "--tls-key", key]
    running.start()
    yield running
    running.stop()
    running.check_log()


def test_the_older_library(tls_server):
    caller = Rpc(tls_server.host, tls_server.root_key)
    request = caller.request("sts", "GetCallerIdentity", {})
    request.set_endpoint(tls_server.host)
    client = AcsClient(
        tls_server.root_key.key_id, tls_server.root_key.secret, "cn-hangzhou", verify=tls_server.authority
    )
    assert tls_server.account_id.encode() in client.do_action_with_exception(request)


@pytest.mark.parametrize("algorithm", ["ACS3-HMAC-SHA256", "v2"])
def test_the_newer_library(tls_server, algorithm):
    caller = Tea(
        tls_server.host, tls_server.root_key, protocol="https", ca=tls_server.authority, signature_algorithm=algorithm
    )
    assert caller.call("sts", "GetCallerIdentity", {})["AccountId"] == tls_server.account_id


def test_our_own_client(tls_server):
    text = tls_server.cli(
        "call", "sts", "GetCallerIdentity",
        "--endpoint", f"https://{tls_server.host}", "--ca-file", tls_server.authority,
        environment={
            "ALIBABA_CLOUD_ACCESS_KEY_ID": tls_server.root_key.key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": tls_server.root_key.secret,
        },
    )  # fmt: skip
    assert tls_server.account_id in text


def test_plain_http_gets_no_answer_there(tls_server):
    connection = http.client.HTTPConnection(*tls_server.address, timeout=5)
    with pytest.raises((OSError, http.client.HTTPException)):
        connection.request("GET", "/healthz")
        connection.getresponse()
    connection.close()
    assert tls_server.get("/healthz").status == 200


def test_half_a_certificate(tls_server, tmp_path):
    done = tls_server.run_cli(
        "serve", "--listen", "127.0.0.1:0", "--data-dir", str(tmp_path / "data"), "--tls-cert", tls_server.chain
    )
    assert done.returncode != 0
    assert "key" in done.stderr
