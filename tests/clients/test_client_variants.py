"""The odd ways in which the vendor's libraries can be used, each against a running server."""

from __future__ import annotations

import asyncio
import http.client
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from alibabacloud_credentials.client import Client as CredentialsClient
from alibabacloud_credentials.models import Config as CredentialsConfig
from alibabacloud_ram20150501 import models as ram_models
from alibabacloud_sts20150401.client import Client as StsClient
from alibabacloud_tea_openapi import utils_models
from alibabacloud_tea_openapi.client import Client as OpenApiClient
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from darabonba.runtime import RuntimeOptions

from harness import allow, document, root_arn, unique
from vendor import Rpc, Tea

HOSTILE = "a b*~'()!/ü𝄞\n\t&=+%25?;:@$,"


# --- the older generation ----------------------------------------------------------------------


def test_rpc_by_get(server):
    caller = Rpc(server.host, server.root_key)
    request = caller.request("ram", "CreateUser", {"UserName": unique("get"), "Comments": HOSTILE})
    request.set_method("GET")
    assert json.loads(caller.client.do_action_with_exception(request))["User"]["Comments"] == HOSTILE


def test_rpc_with_a_form_body(server):
    caller = Rpc(server.host, server.root_key)
    request = caller.request("ram", "CreateUser", {"UserName": unique("form")})
    request.add_body_params("Comments", HOSTILE)
    assert json.loads(caller.client.do_action_with_exception(request))["User"]["Comments"] == HOSTILE


@pytest.mark.parametrize("size", [1 << 20, 3 << 20, 10 << 20])
def test_rpc_with_a_body_beyond_the_limit(server, size):
    """The client writes all of it before it reads, and has to learn why it is refused."""
    caller = Rpc(server.host, server.root_key)
    request = caller.request("ram", "CreateUser", {"UserName": unique("large")})
    request.add_body_params("Comments", "x" * size)
    with pytest.raises(ServerException) as refused:
        caller.client.do_action_with_exception(request)
    assert (refused.value.http_status, refused.value.error_code) == (413, "RequestEntityTooLarge")


def test_rpc_without_a_format(server):
    caller = Rpc(server.host, server.root_key)
    body = caller.client.do_action(caller.request("sts", "GetCallerIdentity", {}))
    assert json.loads(body)["AccountId"] == server.account_id


def test_rpc_common_request(server):
    client = AcsClient(server.root_key.key_id, server.root_key.secret, "cn-hangzhou")
    request = CommonRequest(domain=f"http://{server.host}", version="2015-05-01", action_name="GetUser")
    name, _ = server.root("rpc").new_user()
    request.add_query_param("UserName", name)
    request.set_method("POST")
    assert json.loads(client.do_action_with_exception(request))["User"]["UserName"] == name


def test_rpc_with_the_endpoint_given_to_the_client(server):
    client = AcsClient(server.root_key.key_id, server.root_key.secret, "cn-hangzhou")
    client.add_endpoint("cn-hangzhou", "Sts", f"http://{server.host}")
    request = Rpc(server.host, server.root_key).request("sts", "GetCallerIdentity", {})
    request.endpoint = None
    assert json.loads(client.do_action_with_exception(request))["AccountId"] == server.account_id


# --- the current generation --------------------------------------------------------------------


def test_tea_with_the_older_scheme(server):
    caller = Tea(server.host, server.root_key, signature_algorithm="v2")
    name = unique("v2")
    assert caller.call("ram", "CreateUser", {"UserName": name, "Comments": HOSTILE})["User"]["Comments"] == HOSTILE


@pytest.mark.parametrize("algorithm", ["ACS3-HMAC-SHA256", "v2"])
@pytest.mark.parametrize("endpoint", ["http://{}", "http://{}/", "{}/"])
def test_tea_with_an_endpoint_that_pollutes_the_host(server, algorithm, endpoint):
    """`Host` then carries the scheme or a slash, and just that is signed."""
    caller = Tea(endpoint.format(server.host), server.root_key, signature_algorithm=algorithm)
    assert caller.call("sts", "GetCallerIdentity", {})["AccountId"] == server.account_id


def test_tea_with_sm3(server):
    caller = Tea(server.host, server.root_key, signature_algorithm="ACS3-HMAC-SM3")
    made = caller.call("ram", "CreateUser", {"UserName": unique("sm3"), "Comments": HOSTILE})
    assert made["User"]["Comments"] == HOSTILE


def test_tea_with_hostile_text(server):
    caller = Tea(server.host, server.root_key)
    made = caller.call("ram", "CreateUser", {"UserName": unique("hostile"), "Comments": HOSTILE})
    assert made["User"]["Comments"] == HOSTILE


def test_tea_asyncio(server):
    """Its transport writes the URL anew, with other characters left raw, after signing."""
    caller = Tea(server.host, server.root_key)
    client, _ = caller.clients["ram"]
    name = unique("async")
    request = ram_models.CreateUserRequest(user_name=name, comments=HOSTILE)
    answer = asyncio.run(client.create_user_with_options_async(request, RuntimeOptions()))
    assert answer.body.user.comments == HOSTILE


@pytest.mark.parametrize(
    ("body_type", "algorithm"), [("formData", "ACS3-HMAC-SHA256"), ("json", "ACS3-HMAC-SHA256"), ("formData", "v2")]
)
def test_tea_generic_call(server, body_type, algorithm):
    client = OpenApiClient(
        Config(
            access_key_id=server.root_key.key_id,
            access_key_secret=server.root_key.secret,
            endpoint=server.host,
            protocol="http",
            signature_algorithm=algorithm,
        )
    )
    params = utils_models.Params(
        action="CreateUser", version="2015-05-01", protocol="HTTP", pathname="/", method="POST",
        auth_type="AK", style="RPC", req_body_type=body_type, body_type="json",
    )
    request = utils_models.OpenApiRequest(body={"UserName": unique("generic"), "Comments": HOSTILE})
    answer = client.call_api(params, request, RuntimeOptions())
    assert answer["body"]["User"]["Comments"] == HOSTILE


def test_tea_lists_as_json_text_and_flattened(server):
    """RAM's lists travel as one JSON text; hand-made callers write `Tag.1.Key`."""
    root = server.root("acs3")
    value = unique("value")
    root.new_role(root_arn(server.account_id), name=unique("json"), Tag=[{"Key": "k", "Value": value}])
    found = server.raw("acs3", server.root_key, "ram", "ListRoles", {"Tag.1.Key": "k", "Tag.1.Value": value}).json()
    assert len(found["Roles"]["Role"]) == 1
    found = root.ram("ListRoles", Tag=[{"Key": "k", "Value": value}])
    assert len(found["Roles"]["Role"]) == 1


# --- the credentials library -------------------------------------------------------------------


def test_the_credentials_provider_assumes_a_role(server):
    root = server.root("acs3")
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    arn = root.new_role(root_arn(server.account_id))
    provider = CredentialsClient(
        CredentialsConfig(
            type="ram_role_arn",
            access_key_id=user.credentials.key_id,
            access_key_secret=user.credentials.secret,
            role_arn=arn,
            role_session_name="provider",
            role_session_expiration=3600,
            policy=json.dumps(json.loads(document(allow("ram:ListUsers"))), separators=(",", ":")),
            sts_endpoint=f"http://{server.host}",
        )
    )
    given = provider.get_credential()
    server.never_logged |= {given.access_key_secret, given.security_token}
    sts = StsClient(Config(credential=provider, endpoint=server.host, protocol="http"))
    body = sts.get_caller_identity_with_options(RuntimeOptions()).body
    assert (body.identity_type, body.arn.rsplit("/", 1)[1]) == ("AssumedRoleUser", "provider")


# --- the connection ----------------------------------------------------------------------------


def test_a_connection_serves_many_calls(server):
    connection = http.client.HTTPConnection(*server.address, timeout=10)
    for scheme in ("rpc", "acs3") * 10:
        answer = server.signed(scheme, server.root_key, "sts", "GetCallerIdentity").send_on(connection)
        assert answer.status == 200
    connection.close()


def test_an_absolute_target_as_through_a_proxy(server):
    prepared = server.signed("rpc", server.root_key, "sts", "GetCallerIdentity")
    assert parse_qs(urlsplit(prepared.target).query)["Action"] == ["GetCallerIdentity"]
    prepared.target = f"http://{server.host}{prepared.target}"
    assert prepared.send(server.address).status == 200


def test_a_chunked_body(server):
    prepared = server.signed(
        "acs3", server.root_key, "ram", "CreateUser", {"UserName": unique("chunked"), "Comments": HOSTILE}, place="form"
    )
    connection = http.client.HTTPConnection(*server.address, timeout=10)
    connection.putrequest("POST", prepared.target, skip_host=True, skip_accept_encoding=True)
    for name, value in prepared.headers:
        if name != "Content-Length":
            connection.putheader(name, value)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    half = len(prepared.body) // 2
    for chunk in (prepared.body[:half], prepared.body[half:]):
        connection.send(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    connection.send(b"0\r\n\r\n")
    answer = connection.getresponse()
    assert answer.status == 200
    assert json.loads(answer.read())["User"]["Comments"] == HOSTILE
    connection.close()


def test_long_request_lines(server):
    """A whole trust policy of the greatest length rides in the query."""
    text = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": root_arn(server.account_id)}})
    text += "\n" * (6144 - len(text))
    for scheme in ("rpc", "acs3"):
        answer = server.raw(
            scheme, server.root_key, "ram", "CreateRole", {"RoleName": unique("long"), "AssumeRolePolicyDocument": text}
        )
        assert answer.status == 200, answer
        assert answer.json()["Role"]["AssumeRolePolicyDocument"] == text
