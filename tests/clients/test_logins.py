"""Logins, MFA devices and the settings of an account, each in an account of its own where it changes the whole account."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
import zlib

import pytest

from harness import allow, refused, unique
from raw import Credentials
from vendor import ApiError


def code(seed: str, at: float) -> str:
    """RFC 6238, written out once more: what an authenticator shows at that moment."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">q", int(at) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return str((struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6).zfill(6)


def pixels(png: bytes) -> list[str]:
    """The rows of a picture of one bit a pixel; every checksum of the file is looked at."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, rest = {}, png[8:]
    while rest:
        length, kind = struct.unpack(">I4s", rest[:8])
        data, (crc,) = rest[8 : 8 + length], struct.unpack(">I", rest[8 + length : 12 + length])
        assert crc == zlib.crc32(kind + data)
        chunks[kind], rest = data, rest[12 + length :]
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert form == [1, 0, 0, 0, 0] and width == height
    rows, stride = zlib.decompress(chunks[b"IDAT"]), 1 + (width + 7) // 8
    assert len(rows) == stride * height
    lines = [rows[at : at + stride] for at in range(0, len(rows), stride)]
    assert all(line[0] == 0 for line in lines)
    return ["".join(f"{byte:08b}" for byte in line[1:])[:width] for line in lines]


def test_the_life_of_a_login(server, root):
    name, user = root.new_user()
    with refused("EntityNotExist.User.LoginProfile", 404):
        root.ram("GetLoginProfile", UserName=name)
    with refused("InvalidParameter.Password.TooWeak", 400):
        root.ram("CreateLoginProfile", UserName=name, Password="short")
    made = root.ram("CreateLoginProfile", UserName=name, Password="some-password", PasswordResetRequired=True)["LoginProfile"]
    assert (made["UserName"], made["PasswordResetRequired"], made["MFABindRequired"]) == (name, True, False)
    with refused("EntityAlreadyExists.User.LoginProfile", 409):
        root.ram("CreateLoginProfile", UserName=name, Password="some-password")
    root.ram("UpdateLoginProfile", UserName=name, MFABindRequired=True)
    assert root.ram("GetLoginProfile", UserName=name)["LoginProfile"] == made | {"MFABindRequired": True}

    with refused("NoPermission", 403):
        user.ram("ChangePassword", OldPassword="some-password", NewPassword="another-password")
    own = root.new_policy(allow("ram:ChangePassword", f"acs:ram:*:{server.account_id}:user/{name}"))
    root.ram("AttachPolicyToUser", UserName=name, PolicyName=own, PolicyType="Custom")
    with refused("InvalidParameter.OldPassword.Incorrect", 400) as refusal:
        user.ram("ChangePassword", OldPassword="wrong-password", NewPassword="another-password")
    assert "wrong-password" not in refusal.error.message
    user.ram("ChangePassword", OldPassword="some-password", NewPassword="another-password")
    assert root.ram("GetLoginProfile", UserName=name)["LoginProfile"]["PasswordResetRequired"] is False
    with refused("NotSupport.Account", 400):
        root.ram("ChangePassword", OldPassword="another-password", NewPassword="some-password")

    root.ram("DeleteAccessKey", UserName=name, UserAccessKeyId=user.credentials.key_id)
    root.ram("DetachPolicyFromUser", UserName=name, PolicyName=own, PolicyType="Custom")
    with refused("DeleteConflict.User.LoginProfile", 409):
        root.ram("DeleteUser", UserName=name)
    root.ram("DeleteLoginProfile", UserName=name)
    root.ram("DeleteUser", UserName=name)


def test_the_life_of_an_mfa_device(server, root):
    name = unique("user")
    root.ram("CreateUser", UserName=name)
    phone = unique("phone")
    made = root.ram("CreateVirtualMFADevice", VirtualMFADeviceName=phone)["VirtualMFADevice"]
    serial, seed = made["SerialNumber"], made["Base32StringSeed"]
    assert serial == f"acs:ram::{server.account_id}:mfa/{phone}"
    assert len(seed) == 64
    rows = pixels(base64.b64decode(made["QRCodePNG"]))
    # The finder of a QR code: seven dark modules of four pixels behind a border of four.
    assert rows[16].startswith("1" * 16 + "0" * 28 + "1" * 4)
    assert rows[0] == rows[15] == "1" * len(rows)

    with refused("EntityNotExist.User.MFADevice", 404):
        root.ram("GetUserMFAInfo", UserName=name)
    now = time.time()
    with refused("CheckAuthenticationCodeFail", 403):
        root.ram(
            "BindMFADevice",
            SerialNumber=serial,
            UserName=name,
            AuthenticationCode1=code(seed, now - 300),
            AuthenticationCode2=code(seed, now - 270),
        )
    codes = {"AuthenticationCode1": code(seed, now - 30), "AuthenticationCode2": code(seed, now)}
    root.ram("BindMFADevice", SerialNumber=serial, UserName=name, **codes)
    assert root.ram("GetUserMFAInfo", UserName=name)["MFADevice"] == {"SerialNumber": serial, "Type": "VMFA"}
    listed = {device["SerialNumber"]: device for device in root.ram("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"]}
    assert listed[serial]["User"]["UserName"] == name and listed[serial]["ActivateDate"]
    with refused("DeleteConflict.User.MFADevice", 409):
        root.ram("DeleteUser", UserName=name)
    with refused("DeleteConflict.VirtualMFADevice.User", 409):
        root.ram("DeleteVirtualMFADevice", SerialNumber=serial)
    assert root.ram("UnbindMFADevice", UserName=name)["MFADevice"]["SerialNumber"] == serial
    # A code is good once.
    with refused("CheckAuthenticationCodeFail", 403):
        root.ram("BindMFADevice", SerialNumber=serial, UserName=name, **codes)
    root.ram("DeleteVirtualMFADevice", SerialNumber=serial)
    with refused("EntityNotExist.VirtualMFADevice", 404):
        root.ram("DeleteVirtualMFADevice", SerialNumber=serial)
    root.ram("DeleteUser", UserName=name)


def test_the_settings_of_an_account(server):
    for generation in ("rpc", "acs3"):
        account, key = server.create_account()
        owner = server.caller(generation, key)
        alias = unique("alias").lower().replace("_", "-")
        owner.ram("SetAccountAlias", AccountAlias=alias)
        assert owner.ram("GetAccountAlias")["AccountAlias"] == alias
        owner.ram("ClearAccountAlias")
        assert owner.ram("GetAccountAlias")["AccountAlias"] == ""

        assert owner.ram("GetPasswordPolicy")["PasswordPolicy"]["MinimumPasswordLength"] == 8
        policy = {"MinimumPasswordLength": 12, "RequireNumbers": True, "PasswordReusePrevention": 2}
        answered = owner.ram("SetPasswordPolicy", **policy)["PasswordPolicy"]
        assert answered == owner.ram("GetPasswordPolicy")["PasswordPolicy"]
        assert {name: answered[name] for name in policy} == policy
        with refused("InvalidParameter.MinimumPasswordLength.Range", 400):
            owner.ram("SetPasswordPolicy", MinimumPasswordLength=7)

        assert owner.ram("GetSecurityPreference")["SecurityPreference"]["LoginProfilePreference"]["LoginNetworkMasks"] == ""
        owner.ram("SetSecurityPreference", LoginNetworkMasks="10.0.0.0/8", LoginSessionDuration=8)
        login = owner.ram("GetSecurityPreference")["SecurityPreference"]["LoginProfilePreference"]
        assert (login["LoginNetworkMasks"], login["LoginSessionDuration"]) == ("10.0.0.0/8", 8)


def test_the_last_use_of_a_key(server, root):
    name, user = root.new_user()
    key = {"UserName": name, "UserAccessKeyId": user.credentials.key_id}
    assert root.ram("GetAccessKeyLastUsed", **key)["AccessKeyLastUsed"] == {}
    forged = server.caller(user.generation, Credentials(user.credentials.key_id, "not-the-secret-of-this-key"))
    # One of the clients gives the vendor's code a name of its own.
    with pytest.raises(ApiError):
        forged.sts("GetCallerIdentity")
    assert root.ram("GetAccessKeyLastUsed", **key)["AccessKeyLastUsed"] == {}
    user.sts("GetCallerIdentity")
    used = root.ram("GetAccessKeyLastUsed", **key)["AccessKeyLastUsed"]["LastUsedDate"]
    assert abs(time.mktime(time.strptime(used, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone - time.time()) < 60
