"""Signatures, tokens, time and nonces: what is refused, with which words, and that refusing changes nothing."""

from __future__ import annotations

import base64
import string

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException

import raw
from harness import Server, allow, random_text, refused, root_arn, session_credentials, unique
from raw import Credentials

WRONG_SECRET = "WrongSecretWrongSecretWrongSec"
MINUTES = 60


def test_the_signers_agree_with_the_published_vector():
    raw.self_test()


# --- the secret --------------------------------------------------------------------------------


def test_the_older_library_reports_a_wrong_secret_as_such(server):
    """It compares the string to sign in our message with its own; only if they agree it blames the secret."""
    caller = server.caller("rpc", Credentials(server.root_key.key_id, WRONG_SECRET))
    client = caller.client
    with pytest.raises(ServerException) as raised:
        client.client.do_action_with_exception(client.request("sts", "GetCallerIdentity", {}))
    assert raised.value.get_error_code() == "InvalidAccessKeySecret"
    with pytest.raises(ServerException) as raised:
        client.client.do_action_with_exception(
            client.request("ram", "CreateRole", {"RoleName": "a b*~'()", "Description": "ü:%25 \n&=", "AssumeRolePolicyDocument": "{}"})
        )
    assert raised.value.get_error_code() == "InvalidAccessKeySecret"


def test_the_newer_library_shows_both_strings(server):
    caller = server.caller("acs3", Credentials(server.root_key.key_id, WRONG_SECRET))
    with refused("SignatureDoesNotMatch", 400) as refusal:
        caller.sts("GetCallerIdentity")
    assert refusal.error.message.startswith(
        "Specified signature does not match our calculation. server StringToSign is [ACS3-HMAC-SHA256\n"
    )
    assert "] server CanonicalRequest is [POST\n/\n\n" in refusal.error.message


def test_the_string_to_sign_in_the_message_is_ours_byte_for_byte(server, scheme):
    wrong = Credentials(server.root_key.key_id, WRONG_SECRET)
    prepared = server.signed(
        scheme, wrong, "ram", "CreateUser", {"UserName": "x", "Comments": "a b*~'()!/ü𝄞\n\t&=+%"}
    )
    answer = prepared.send(server.address)
    body = answer.json()
    assert (answer.status, body["Code"]) == (400, "SignatureDoesNotMatch")
    if scheme == "rpc":
        assert body["Message"] == (
            "Specified signature is not matched with our calculation. server string to sign is:"
            + prepared.string_to_sign
        )
    else:
        assert body["Message"] == (
            "Specified signature does not match our calculation. "
            f"server StringToSign is [{prepared.string_to_sign}] "
            f"server CanonicalRequest is [{prepared.extra['canonical_request']}]"
        )


def test_an_unknown_key(server, generation):
    letters = string.ascii_letters + string.digits
    stranger = server.caller(generation, Credentials("LTAI5t" + random_text(letters, 18), random_text(letters, 30)))
    with refused("InvalidAccessKeyId.NotFound", 404) as refusal:
        stranger.sts("GetCallerIdentity")
    assert refusal.error.message == "Specified access key is not found."


def test_one_more_parameter_than_was_signed(server):
    root = server.root("rpc")
    name = unique("sneaked")
    prepared = server.signed(
        "rpc", root.credentials, "ram", "CreateUser", {"UserName": name}, after_signing=[("Comments", "sneaked in")]
    )
    assert prepared.send(server.address).code == "SignatureDoesNotMatch"
    with refused("EntityNotExist.User", 404):
        root.ram("GetUser", UserName=name)


def test_a_changed_body(server, scheme):
    name = unique("changed")
    prepared = server.signed(scheme, server.root_key, "ram", "CreateUser", {"UserName": name}, place="form")
    prepared.body = prepared.body.replace(name.encode(), name[::-1].encode())
    assert prepared.send(server.address).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize(("method", "place"), [("POST", "query"), ("POST", "form"), ("GET", "query")])
def test_where_parameters_may_travel(server, scheme, method, place):
    answer = server.raw(
        scheme, server.root_key, "ram", "CreateUser", {"UserName": unique("placed"), "Comments": "a b*~'"},
        method=method, place=place,
    )
    assert answer.status == 200, answer
    assert answer.json()["User"]["Comments"] == "a b*~'"


def test_everything_in_the_form(server):
    answer = server.raw(
        "rpc", server.root_key, "ram", "CreateUser", {"UserName": unique("placed")}, place="all-form"
    )
    assert answer.status == 200, answer


# --- time --------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_off_by_16_minutes(server, scheme, minutes):
    answer = server.raw(scheme, server.root_key, "sts", "GetCallerIdentity", offset_seconds=minutes * MINUTES)
    assert (answer.status, answer.code) == (400, "InvalidTimeStamp.Expired")
    assert answer.json()["Message"] == "Specified time stamp or date value is expired."


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_that_is_off_by_14_minutes(server, scheme, minutes):
    """Right after a start a request dated before it may be refused as a possible replay; the server of a
    module was started on an empty database, so there is nothing to replay."""
    answer = server.raw(scheme, server.root_key, "sts", "GetCallerIdentity", offset_seconds=minutes * MINUTES)
    assert answer.status == 200, answer


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-11-22 00:18:09", "2026-11-22T00:18:09+08:00", "20261122T001809Z", "1700000000"]
)
def test_a_time_that_is_none(server, scheme, moment):
    field = "Timestamp" if scheme == "rpc" else "x-acs-date"
    answer = server.raw(scheme, server.root_key, "sts", "GetCallerIdentity", override={field: moment})
    assert (answer.status, answer.code) == (400, "InvalidTimeStamp.Format")


def test_milliseconds_are_taken(server):
    moment = raw.timestamp().replace("Z", ".123Z")
    answer = server.raw("rpc", server.root_key, "sts", "GetCallerIdentity", override={"Timestamp": moment})
    assert answer.status == 200, answer


# --- nonces ------------------------------------------------------------------------------------


def test_the_same_request_a_second_time(server, scheme):
    name = unique("once")
    prepared = server.signed(scheme, server.root_key, "ram", "CreateUser", {"UserName": name})
    assert prepared.send(server.address).status == 200
    for _ in range(2):
        answer = prepared.send(server.address)
        assert (answer.status, answer.code) == (400, "SignatureNonceUsed")
        assert answer.json()["Message"] == "Specified signature nonce was used already."


def test_a_nonce_is_good_once_across_schemes_and_products(server):
    used = raw.nonce()
    first = server.raw(
        "rpc", server.root_key, "sts", "GetCallerIdentity", override={"SignatureNonce": used}
    )
    assert first.status == 200
    again = server.raw(
        "acs3", server.root_key, "ram", "ListUsers", override={"x-acs-signature-nonce": used}
    )
    assert again.code == "SignatureNonceUsed"


def test_a_nonce_belongs_to_a_key(server):
    root = server.root("rpc")
    _, user = root.new_user()
    used = raw.nonce()
    for credentials in (root.credentials, user.credentials):
        answer = server.raw("rpc", credentials, "sts", "GetCallerIdentity", override={"SignatureNonce": used})
        assert answer.status == 200, answer


def test_a_bad_signature_burns_no_nonce(server, scheme):
    field = "SignatureNonce" if scheme == "rpc" else "x-acs-signature-nonce"
    used = raw.nonce()
    wrong = Credentials(server.root_key.key_id, WRONG_SECRET)
    assert server.raw(scheme, wrong, "sts", "GetCallerIdentity", override={field: used}).status == 400
    assert server.raw(scheme, server.root_key, "sts", "GetCallerIdentity", override={field: used}).status == 200


@pytest.mark.parametrize("bad", ["a\x00b", "x" * 257, "\x7f"])
def test_t03_hostile_nonces(server, bad):
    answer = server.raw("rpc", server.root_key, "sts", "GetCallerIdentity", override={"SignatureNonce": bad})
    assert answer.status == 400, answer
    assert server.raw("rpc", server.root_key, "sts", "GetCallerIdentity").status == 200


# --- tokens ------------------------------------------------------------------------------------


@pytest.fixture
def session(server, scheme):
    root = server.root(scheme)
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    arn = root.new_role(root_arn(server.account_id))
    return user.assume(arn).credentials, user.assume(arn).credentials


def identify(server, scheme, credentials, **options):
    return server.raw(scheme, credentials, "sts", "GetCallerIdentity", **options)


def test_a_token_works_as_it_was_given(server, scheme, session):
    assert identify(server, scheme, session[0]).status == 200


def test_a_token_has_the_vendors_form(session):
    token = session[0].token
    assert token.startswith("CAIS")
    base64.b64decode(token, validate=True)
    assert session[0].key_id.startswith("STS.") and len(session[0].key_id) >= 24
    assert 40 <= len(session[0].secret) <= 44 and session[0].secret.isalnum()


def test_a_session_key_without_its_token(server, scheme, session):
    answer = identify(server, scheme, Credentials(session[0].key_id, session[0].secret))
    assert (answer.status, answer.code) == (400, "MissingSecurityToken")
    assert answer.json()["Message"] == "SecurityToken is mandatory for this action."


def test_a_token_of_another_session(server, scheme, session):
    mixed = Credentials(session[0].key_id, session[0].secret, session[1].token)
    answer = identify(server, scheme, mixed)
    assert (answer.status, answer.code) == (400, "InvalidSecurityToken.MismatchWithAccessKey")
    assert answer.json()["Message"] == "Specified SecurityToken mismatch with the AccessKey."


def test_a_long_lived_key_with_a_token(server, scheme, session):
    mixed = Credentials(server.root_key.key_id, server.root_key.secret, session[0].token)
    answer = identify(server, scheme, mixed)
    assert (answer.status, answer.code) == (400, "InvalidSecurityToken.MismatchWithAccessKey")


def test_truncated_and_altered_tokens(server, scheme, session):
    good = session[0]
    sealed = bytearray(base64.b64decode(good.token))
    broken = [good.token[:-4], good.token[: len(good.token) // 2], good.token[:8], "CAIS", "%%%", "CAIS" * 400, good.token + "AAAA"]
    for position in {3, 4, 8, 16, 24, 32, len(sealed) // 2, len(sealed) - 17, len(sealed) - 1}:
        flipped = bytearray(sealed)
        flipped[position] ^= 0x10
        broken.append(base64.b64encode(bytes(flipped)).decode())
    for token in broken:
        answer = identify(server, scheme, Credentials(good.key_id, good.secret, token))
        assert (answer.status, answer.code) == (400, "InvalidSecurityToken.Malformed"), (token[:40], answer)
    assert identify(server, scheme, good).status == 200


def test_a_token_beyond_16_kib(server, scheme, session):
    huge = Credentials(session[0].key_id, session[0].secret, "CAIS" + "A" * 17_000)
    answer = identify(server, scheme, huge)
    assert answer.status in (400, 431), answer
    assert identify(server, scheme, session[0]).status == 200


def test_another_secret_with_a_good_token(server, scheme, session):
    forged = Credentials(session[0].key_id, WRONG_SECRET, session[0].token)
    assert identify(server, scheme, forged).code == "SignatureDoesNotMatch"


# --- what must be there, once, and covered by the signature -------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Action", "Version", "AccessKeyId", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp"],
)
def test_missing_common_parameters(server, name):
    answer = server.raw("rpc", server.root_key, "sts", "GetCallerIdentity", override={name: None})
    assert (answer.status, answer.code) == (400, f"Missing{name}")


@pytest.mark.parametrize(
    "name", ["x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "host"]
)
def test_headers_that_must_be_signed(server, name):
    answer = server.raw(
        "acs3", server.root_key, "sts", "GetCallerIdentity", unsigned_headers=(name,)
    )
    assert (answer.status, answer.code) == (400, "IncompleteSignature"), answer


def test_t10_an_unsigned_header_of_the_protocol_is_refused(server, session):
    answer = identify(server, "acs3", session[0], unsigned_headers=("x-acs-security-token",))
    assert (answer.status, answer.code) == (400, "IncompleteSignature")


def test_an_unsigned_call(server):
    prepared = raw.rpc(server.host, None, "sts", "GetCallerIdentity")
    answer = prepared.send(server.address)
    assert answer.status == 400
    assert answer.code.startswith("Missing"), answer


@pytest.mark.parametrize(
    ("override", "code", "status"),
    [
        ({"SignatureMethod": "HMAC-SHA256"}, "InvalidSignatureMethod", 400),
        ({"SignatureType": "BEARERTOKEN"}, "InvalidSignatureMethod", 400),
        ({"Version": "2014-01-01"}, "InvalidVersion", 400),
        ({"Action": "MakeTea"}, "InvalidAction.NotFound", 404),
        ({"Action": "AssumeRole", "Version": "2015-05-01"}, "InvalidAction.NotFound", 404),
        ({"Format": "YAML"}, "InvalidParameter.Format", 400),
    ],
)
def test_unknown_methods_versions_actions_and_formats(server, override, code, status):
    answer = server.raw("rpc", server.root_key, "sts", "GetCallerIdentity", override=override)
    assert (answer.status, answer.code) == (status, code), answer


def test_t10_a_parameter_that_is_there_twice(server):
    name = unique("twice")
    prepared = server.signed(
        "rpc", server.root_key, "ram", "CreateUser", {"UserName": name}, after_signing=[("UserName", name)]
    )
    answer = prepared.send(server.address)
    assert (answer.status, answer.code) == (400, "InvalidParameter.Duplicate")
    assert answer.json()["Message"] == 'The parameter "UserName" is specified more than once.'
    # Once in the query, once in the form.
    prepared = server.signed("rpc", server.root_key, "ram", "CreateUser", {"UserName": name}, place="form")
    prepared.target += f"&UserName={name}"
    assert prepared.send(server.address).code == "InvalidParameter.Duplicate"
    assert server.raw("rpc", server.root_key, "ram", "GetUser", {"UserName": name}).status == 404


def test_t10_two_schemes_at_once(server):
    name = unique("both")
    signed = server.signed("rpc", server.root_key, "ram", "CreateUser", {"UserName": name})
    other = server.signed("acs3", server.root_key, "ram", "CreateUser", {"UserName": name})
    signed.headers += [pair for pair in other.headers if pair[0] in ("Authorization", "x-acs-date")]
    answer = signed.send(server.address)
    assert answer.status == 400, answer
    assert server.raw("rpc", server.root_key, "ram", "GetUser", {"UserName": name}).status == 404


@pytest.mark.parametrize("piece", ["Comments=%zz", "Comments=%4", "Comments=%ff%fe", "%c3%28=x"])
def test_text_that_is_not_utf8_or_not_encoded(server, piece):
    prepared = server.signed("rpc", server.root_key, "ram", "CreateUser", {"UserName": unique("bytes")})
    prepared.target += f"&{piece}"
    answer = prepared.send(server.address)
    assert (answer.status, answer.code) == (400, "InvalidParameter.Encoding")


def test_a_body_of_10_mib(server, scheme):
    prepared = server.signed(
        scheme, server.root_key, "ram", "CreateUser", {"UserName": "x", "Comments": "x" * (10 << 20)}, place="form"
    )
    # The client writes all of it before it reads.
    answer = prepared.send(server.address)
    assert (answer.status, answer.code) == (413, "RequestEntityTooLarge")
    assert answer.headers["x-acs-request-id"] == answer.json()["RequestId"]
    assert server.raw(scheme, server.root_key, "sts", "GetCallerIdentity").status == 200


def test_t10_requests_with_two_hosts_or_authorizations(server):
    for repeated in ("host", "Authorization", "x-acs-action"):
        prepared = server.signed("acs3", server.root_key, "sts", "GetCallerIdentity")
        prepared.headers += [pair for pair in prepared.headers if pair[0] == repeated]
        answer = prepared.send(server.address)
        assert answer.status == 400, (repeated, answer)


def test_t09_a_token_of_another_database(server, session, scheme, tmp_path):
    """Same account, same key ids: still another incarnation, another seal."""
    other = Server(tmp_path, None)
    other.account_id, other.root_key = server.account_id, server.root_key
    other.start()
    try:
        answer = other.raw(scheme, session[0], "sts", "GetCallerIdentity")
        assert (answer.status, answer.code) == (400, "InvalidSecurityToken.Malformed")
    finally:
        other.stop()


def test_session_credentials_of_two_calls_differ(session):
    first, second = session
    assert first.key_id != second.key_id and first.secret != second.secret and first.token != second.token


def test_the_session_works_with_the_other_scheme(server, session, scheme):
    other = {"rpc": "acs3", "acs3": "rpc"}[scheme]
    assert identify(server, other, session[0]).status == 200


def test_an_assume_role_answer_can_be_used_as_json(server):
    root = server.root("rpc")
    _, user = root.new_user(root.new_policy(allow("sts:AssumeRole")))
    arn = root.new_role(root_arn(server.account_id))
    answer = server.raw("acs3", user.credentials, "sts", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "json"})
    assert identify(server, "rpc", session_credentials(answer.json())).status == 200
