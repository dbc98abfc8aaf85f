"""JSON and XML, in answers and in errors; the request id; what stands in every envelope."""

from __future__ import annotations

import re

import pytest

from harness import allow, deny, refused, root_arn, trust, unique
from raw import Credentials

REQUEST_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
ABSENT = None


@pytest.mark.parametrize(
    ("wanted", "form"),
    [("JSON", "json"), ("json", "json"), ("XML", "xml"), ("xml", "xml"), ("None", "json"), ("", "xml"), (ABSENT, "xml")],
)
def test_the_format_of_rpc_answers(server, wanted, form):
    for parameters, status in (({}, 200), ({"UserName": "a b"}, 400)):
        action = "ListUsers" if status == 200 else "GetUser"
        answer = server.raw("rpc", server.root_key, "ram", action, parameters, response_format=wanted)
        assert answer.status == status, answer
        check_form(answer, form, f"{action}Response" if status == 200 else "Error")


@pytest.mark.parametrize(("accept", "form"), [("application/json", "json"), ("*/*", "json"), ("application/xml", "xml")])
def test_the_format_of_acs3_answers(server, accept, form):
    answer = server.raw("acs3", server.root_key, "ram", "ListUsers", accept=accept)
    assert answer.status == 200
    check_form(answer, form, "ListUsersResponse")


def check_form(answer, form: str, root_name: str) -> None:
    if form == "json":
        assert answer.headers["content-type"] == "application/json;charset=utf-8"
        request_id = answer.json()["RequestId"]
    else:
        assert answer.headers["content-type"] == "text/xml;charset=utf-8"
        assert answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
        assert answer.xml().tag == root_name
        request_id = answer.xml().findtext("RequestId")
    assert REQUEST_ID.fullmatch(request_id)
    assert answer.headers["x-acs-request-id"] == request_id


def test_both_forms_say_the_same(server):
    root = server.root("rpc")
    name = unique("user")
    root.ram("CreateUser", UserName=name, Comments='<&>"\' ü𝄞')
    as_json = server.raw("rpc", server.root_key, "ram", "GetUser", {"UserName": name}).json()
    as_xml = server.raw("rpc", server.root_key, "ram", "GetUser", {"UserName": name}, response_format="XML").xml()
    user = {member.tag: member.text or "" for member in as_xml.find("User")}
    assert user == {key: str(value) for key, value in as_json["User"].items()}
    assert user["Comments"] == '<&>"\' ü𝄞'


def test_lists_have_two_levels_in_both_forms(server):
    root = server.root("rpc")
    policy = root.new_policy(allow("ram:*"))
    user, _ = root.new_user(policy)
    for name in (user, root.new_user()[0]):
        as_json = server.raw("rpc", server.root_key, "ram", "ListPoliciesForUser", {"UserName": name}).json()
        as_xml = server.raw(
            "rpc", server.root_key, "ram", "ListPoliciesForUser", {"UserName": name}, response_format="XML"
        ).xml()
        names = [found["PolicyName"] for found in as_json["Policies"]["Policy"]]
        assert names == [found.findtext("PolicyName") for found in as_xml.findall("Policies/Policy")]
        assert names == ([policy] if name == user else [])


def test_documents_survive_xml(server):
    root = server.root("rpc")
    name, text = unique("role"), trust(root_arn(server.account_id)) + " \n\t"
    root.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=text)
    answer = server.raw("rpc", server.root_key, "ram", "GetRole", {"RoleName": name}, response_format="XML")
    assert answer.xml().findtext("Role/AssumeRolePolicyDocument") == text


def test_the_envelope_of_errors(server, scheme):
    answer = server.raw(scheme, server.root_key, "ram", "GetRole", {"RoleName": unique("absent")})
    body = answer.json()
    assert answer.status == 404
    assert {"RequestId", "HostId", "Code", "Message"} <= set(body) <= {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert (body["Code"], body["Message"], body["HostId"]) == ("EntityNotExist.Role", "The role does not exist.", "127.0.0.1")


def test_the_envelope_of_errors_in_xml(server):
    answer = server.raw(
        "rpc", server.root_key, "ram", "GetRole", {"RoleName": unique("absent")}, response_format="XML"
    )
    error = answer.xml()
    assert (answer.status, error.tag) == (404, "Error")
    assert [member.tag for member in error][:4] == ["RequestId", "HostId", "Code", "Message"]
    assert error.findtext("Code") == "EntityNotExist.Role"


def test_a_wrong_secret_in_xml_carries_the_string_to_sign(server):
    prepared = server.signed(
        "rpc", Credentials(server.root_key.key_id, "WrongSecretWrongSecretWrongSec"), "ram", "ListUsers", response_format="XML"
    )
    error = prepared.send(server.address).xml()
    assert error.findtext("Message").partition(" is:")[2] == prepared.string_to_sign


def test_a_denial_says_why(server, scheme):
    root = server.root(scheme)
    name, user = root.new_user()
    user_id = root.ram("GetUser", UserName=name)["User"]["UserId"]
    answer = server.raw(scheme, user.credentials, "ram", "ListUsers")
    assert answer.status == 403
    detail = answer.json()["AccessDeniedDetail"]
    assert detail["AuthAction"] == "ram:ListUsers"
    assert detail["AuthPrincipalType"] == "SubUser"
    assert detail["AuthPrincipalOwnerId"] == server.account_id
    assert detail["AuthPrincipalDisplayName"] == user_id
    assert detail["NoPermissionType"] == "ImplicitDeny"
    assert detail["PolicyType"] == "AccountLevelIdentityBasedPolicy"


def test_a_denial_can_be_decoded_and_names_its_statement(server):
    root = server.root("acs3")  # the older generation does not know DecodeDiagnosticMessage
    name, user = root.new_user()
    guard = root.new_policy(allow("ram:*"), deny("ram:DeleteUser", "*"))
    root.ram("AttachPolicyToUser", PolicyType="Custom", PolicyName=guard, UserName=name)
    with refused("NoPermission", 403) as refusal:
        user.ram("DeleteUser", UserName=name)
    detail = refusal.error.detail
    assert (detail["NoPermissionType"], detail["AuthAction"]) == ("ExplicitDeny", "ram:DeleteUser")
    told = root.ram("DecodeDiagnosticMessage", EncodedDiagnosticMessage=detail["EncodedDiagnosticMessage"])["DecodedDiagnosticMessage"]
    assert told["ExplicitDeny"] is True
    assert [(matched["PolicyIdentifier"], matched["PolicyVersion"]) for matched in told["MatchedPolicies"]] == [(guard, "v1")]
    values = {entry["ConditionKey"]: entry["ConditionValues"] for entry in told["AuthConditions"]}
    assert values["rampart:MatchedStatement"] == [f"Custom/{guard}@v1#2"]
    assert values["acs:SourceIp"] == ["127.0.0.1"]


def test_every_answer_has_a_request_id_of_its_own(server, scheme):
    seen = set()
    for action, parameters in (
        ("ListUsers", {}),
        ("GetUser", {"UserName": unique("absent")}),
        ("GetUser", {}),
        ("NoSuchThing", {}),
    ):
        answer = server.raw(scheme, server.root_key, "ram", action, parameters)
        request_id = answer.json()["RequestId"]
        assert answer.headers["x-acs-request-id"] == request_id
        assert REQUEST_ID.fullmatch(request_id)
        seen.add(request_id)
    assert len(seen) == 4


def test_t21_a_request_id_from_outside_is_not_adopted(server):
    prepared = server.signed("rpc", server.root_key, "ram", "ListUsers")
    mine = "11111111-2222-4333-8444-555555555555"
    prepared.headers += [("x-acs-request-id", mine), ("X-Request-Id", mine)]
    answer = prepared.send(server.address)
    assert answer.status == 200
    assert answer.headers["x-acs-request-id"] != mine


def test_t22_headers_that_keep_browsers_out(server):
    answer = server.raw("rpc", server.root_key, "ram", "ListUsers")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers


def test_health_and_metrics(server):
    assert server.get("/healthz").status == 200
    assert server.get("/readyz").status == 200
    metrics = server.get("/metrics")
    assert metrics.status == 200
    assert metrics.headers["content-type"].startswith("text/plain")
