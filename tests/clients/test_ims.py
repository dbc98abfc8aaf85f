"""IMS 2019-08-15 through the vendor's current client: users by their logon names, and what belongs to them."""

from __future__ import annotations

import base64
import threading
import time

import pytest

from harness import refused, unique
from raw import Credentials
from test_logins import code


@pytest.fixture
def root(server):
    """Only the current generation of the libraries has a client of IMS."""
    return server.root("acs3")


@pytest.fixture
def domain(root):
    return root.ims("GetDefaultDomain")["DefaultDomainName"]


def test_the_life_of_a_user(server, root, domain):
    name = unique("user")
    upn = f"{name}@{domain}"
    assert domain == f"{server.account_id}.onaliyun.com"
    tag = {"Key": "team", "Value": "blue & green"}
    made = root.ims("CreateUser", UserPrincipalName=upn, DisplayName="Älice", Email="a@example.com", Comments="c", Tag=[tag])["User"]
    assert (made["UserPrincipalName"], made["DisplayName"], made["ProvisionType"]) == (upn, "Älice", "Manual")
    tags = {"Tag": [{"TagKey": "team", "TagValue": "blue & green"}]}
    for named in ({"UserPrincipalName": upn.upper()}, {"UserId": made["UserId"]}):
        assert root.ims("GetUser", **named)["User"] == made | {"UserName": name, "Tags": tags}
    with refused("EntityAlreadyExists.User", 409):
        root.ims("CreateUser", UserPrincipalName=upn, DisplayName="twice")
    with refused("InvalidParameter.UserPrincipalName", 400):
        root.ims("CreateUser", UserPrincipalName=f"{name}@example.com", DisplayName="elsewhere")

    # It is the user of RAM.
    assert root.ram("GetUser", UserName=name)["User"]["UserId"] == made["UserId"]
    renamed = f"{name}.2@{domain}"
    assert root.ims("UpdateUser", UserPrincipalName=upn, NewUserPrincipalName=renamed)["User"]["UserPrincipalName"] == renamed
    listed = root.ims("ListUsers", Tag=[tag])["Users"]["User"]
    assert [(user["UserPrincipalName"], user["Status"]) for user in listed] == [(renamed, "active")]
    infos = root.ims("ListUserBasicInfos", Tag=[tag])["UserBasicInfos"]["UserBasicInfo"]
    assert [info["UserId"] for info in infos] == [made["UserId"]]

    group = unique("group")
    assert root.ims("CreateGroup", GroupName=group, DisplayName="The group")["Group"]["DisplayName"] == "The group"
    root.ims("UpdateGroup", GroupName=group, NewDisplayName="Another", NewComments="c")
    root.ims("AddUserToGroup", UserPrincipalName=renamed, GroupName=group)
    assert [g["DisplayName"] for g in root.ims("ListGroupsForUser", UserPrincipalName=renamed)["Groups"]["Group"]] == ["Another"]
    members = root.ims("ListUsersForGroup", GroupName=group)["Users"]["User"]
    assert [member["UserPrincipalName"] for member in members] == [renamed]
    assert group in [g["GroupName"] for g in root.ims("ListGroups")["Groups"]["Group"]]
    with refused("DeleteConflict.User.Group", 409):
        root.ims("DeleteUser", UserPrincipalName=renamed)
    root.ims("RemoveUserFromGroup", UserPrincipalName=renamed, GroupName=group)
    root.ims("DeleteGroup", GroupName=group)
    with refused("EntityNotExist.Group", 404):
        root.ims("GetGroup", GroupName=group)
    root.ims("DeleteUser", UserId=made["UserId"])
    with refused("EntityNotExist.User", 404):
        root.ims("GetUser", UserPrincipalName=renamed)


def test_the_life_of_a_key(server, root, domain):
    upn = f"{unique('user')}@{domain}"
    root.ims("CreateUser", UserPrincipalName=upn, DisplayName="keyed")
    key = root.ims("CreateAccessKey", UserPrincipalName=upn)["AccessKey"]
    named = {"UserPrincipalName": upn, "UserAccessKeyId": key["AccessKeyId"]}
    user = server.caller("acs3", Credentials(key["AccessKeyId"], key["AccessKeySecret"]))
    assert root.ims("GetAccessKeyLastUsed", **named)["AccessKeyLastUsed"] == {}
    user.sts("GetCallerIdentity")
    assert root.ims("GetAccessKeyLastUsed", **named)["AccessKeyLastUsed"]["LastUsedDate"]
    assert root.ims("GetUser", UserAccessKeyId=key["AccessKeyId"])["User"]["UserPrincipalName"] == upn

    with refused("EntityNotExist.AccessKeyPolicy", 404):
        root.ims("GetAccessKeyPolicy", **named)
    away = '{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["203.0.113.0/24"]}]}'
    assert root.ims("SetAccessKeyPolicy", AccessKeyPolicy=away, **named)["AccessKeyPolicy"] == away
    with refused("Forbidden.AccessKeyPolicy", 403):
        user.sts("GetCallerIdentity")
    here = away.replace("203.0.113.0/24", "127.0.0.0/8")
    root.ims("SetAccessKeyPolicy", AccessKeyPolicy=here, **named)
    user.sts("GetCallerIdentity")
    assert root.ims("GetAccessKeyPolicy", **named)["AccessKeyPolicy"] == here

    root.ims("UpdateAccessKey", Status="Inactive", **named)
    with refused("InvalidAccessKeyId.Inactive", 400):
        user.sts("GetCallerIdentity")
    assert [k["Status"] for k in root.ims("ListAccessKeys", UserPrincipalName=upn)["AccessKeys"]["AccessKey"]] == ["Inactive"]
    root.ims("DeleteAccessKey", **named)
    root.ims("DeleteUser", UserPrincipalName=upn)


def test_the_life_of_a_login_and_a_device(root, domain):
    upn = f"{unique('user')}@{domain}"
    root.ims("CreateUser", UserPrincipalName=upn, DisplayName="login")
    made = root.ims("CreateLoginProfile", UserPrincipalName=upn, Password="some-password", MFABindRequired=True)["LoginProfile"]
    assert (made["Status"], made["PasswordStatus"], made["MFABindRequired"]) == ("Active", "InitialValid", True)
    assert root.ims("UpdateLoginProfile", UserPrincipalName=upn, Status="Inactive")["LoginProfile"]["Status"] == "Inactive"
    assert root.ims("GetLoginProfile", UserPrincipalName=upn)["LoginProfile"]["AutoDisableLoginStatus"] == "true"

    device = root.ims("CreateVirtualMFADevice", VirtualMFADeviceName=unique("phone").replace("_", "-"))["VirtualMFADevice"]
    now = time.time()
    codes = {"AuthenticationCode1": code(device["Base32StringSeed"], now - 30), "AuthenticationCode2": code(device["Base32StringSeed"], now)}
    root.ims("BindMFADevice", UserPrincipalName=upn, SerialNumber=device["SerialNumber"], **codes)
    info = root.ims("GetUserMFAInfo", UserPrincipalName=upn)
    assert (info["IsMFAEnable"], info["MFADevice"]) == (True, {"SerialNumber": device["SerialNumber"], "Type": "VMFA"})
    devices = root.ims("ListVirtualMFADevices")["VirtualMFADevices"]["VirtualMFADevice"]
    assert upn in [listed["User"].get("UserPrincipalName") for listed in devices]
    assert root.ims("GetAccountMFAInfo")["IsMFAEnable"] is False

    root.ims("DisableVirtualMFA", UserPrincipalName=upn)
    assert root.ims("GetUserMFAInfo", UserPrincipalName=upn)["IsMFAEnable"] is False
    with refused("EntityNotExist.VirtualMFADevice", 404):
        root.ims("DeleteVirtualMFADevice", SerialNumber=device["SerialNumber"])
    root.ims("DeleteLoginProfile", UserPrincipalName=upn)
    root.ims("DeleteUser", UserPrincipalName=upn)


def test_the_tags_of_users(root, domain):
    upn = f"{unique('user')}@{domain}"
    user = root.ims("CreateUser", UserPrincipalName=upn, DisplayName="tagged")["User"]["UserId"]
    tags = [{"Key": f"k{number}", "Value": f"v {number}"} for number in range(3)]
    root.ims("TagResources", ResourceType="user", ResourceId=[user], Tag=tags)
    root.ims("TagResources", ResourceType="user", ResourcePrincipalName=[upn], Tag=[{"Key": "k0", "Value": ""}])
    seen, token = [], None
    while token != "":
        page = root.ims("ListTagResources", ResourceType="user", ResourceId=[user], PageSize=2, **({"NextToken": token} if token else {}))
        seen += [(tag["TagKey"], tag["TagValue"]) for tag in page["TagResources"]["TagResource"]]
        token = page.get("NextToken", "")
    assert seen == [("k0", ""), ("k1", "v 1"), ("k2", "v 2")]
    root.ims("UntagResources", ResourceType="user", ResourceId=[user], TagKey=["k0", "k2"])
    assert [tag["TagKey"] for tag in root.ims("GetUser", UserId=user)["User"]["Tags"]["Tag"]] == ["k1"]
    root.ims("UntagResources", ResourceType="user", ResourcePrincipalName=[upn], All=True)
    assert "Tags" not in root.ims("GetUser", UserId=user)["User"]
    root.ims("DeleteUser", UserId=user)


def test_the_settings_of_an_account(server):
    _, key = server.create_account()
    owner = server.caller("acs3", key)
    alias = unique("alias").lower().replace("_", "-")
    assert owner.ims("SetDefaultDomain", DefaultDomainName=f"{alias}.onaliyun.com")["DefaultDomainName"] == f"{alias}.onaliyun.com"
    assert owner.ram("GetAccountAlias")["AccountAlias"] == alias
    policy = {"MinimumPasswordLength": 12, "PasswordNotContainUserName": True, "InitialPasswordAge": 7}
    answered = owner.ims("SetPasswordPolicy", **policy)["PasswordPolicy"]
    assert answered == owner.ims("GetPasswordPolicy")["PasswordPolicy"]
    assert {name: answered[name] for name in policy} == policy
    owner.ims("SetSecurityPreference", MFAOperationForLogin="mandatory", VerificationTypes=["sms"], MaxIdleDaysForUsers=90)
    preference = owner.ims("GetSecurityPreference")["SecurityPreference"]
    assert preference["LoginProfilePreference"]["MFAOperationForLogin"] == "mandatory"
    assert preference["VerificationPreference"]["VerificationTypes"] == ["sms"]
    assert preference["MaxIdleDays"]["MaxIdleDaysForUsers"] == 90


def test_the_summary_and_the_report_of_an_account(server):
    account, key = server.create_account()
    owner = server.caller("acs3", key)
    with refused("EntityNotExist.CredentialReport", 404):
        owner.ims("GetCredentialReport")
    upn = f"alice@{account}.onaliyun.com"
    owner.ims("CreateUser", UserPrincipalName=upn, DisplayName="a")
    owner.ims("CreateLoginProfile", UserPrincipalName=upn, Password="some-password")
    assert owner.ims("GenerateCredentialReport")["State"] == "COMPLETED"
    owner.ims("DeleteLoginProfile", UserPrincipalName=upn)
    pages, token = [], None
    while token != "":
        page = owner.ims("GetCredentialReport", MaxItems="1", **({"NextToken": token} if token else {}))
        assert page["IsTruncated"] == ("true" if page.get("NextToken") else "false")
        pages.append(base64.b64decode(page["Content"]).decode().split("\n"))
        token = page.get("NextToken", "")
    assert len({page[0] for page in pages}) == 1
    rows = [dict(zip(page[0].split(","), page[1].split(","), strict=True)) for page in pages]
    assert [row["user"] for row in rows] == ["<root>", upn]
    # Of the moment when it was made.
    assert (rows[0]["access_key_1_active"], rows[1]["password_exist"], rows[1]["access_key_1_exist"]) == ("TRUE", "TRUE", "FALSE")
    summary = owner.ims("GetAccountSummary")["SummaryMap"]
    assert (summary["Users"], summary["UsersQuota"], summary["AccountAccessKeysPerAccountQuota"]) == (1, 5000, 2)


def test_2500_users_are_paged_while_others_come_and_go(server):
    """Nobody is lost and nobody is there twice, whatever is made and deleted between two pages."""
    account, key = server.create_account()
    owner, other = server.caller("acs3", key), server.caller("acs3", key)
    domain = f"{account}.onaliyun.com"
    stay = [f"stay-{number:04}" for number in range(2500)]
    callers = [server.caller("acs3", key) for _ in range(4)]

    def make(caller, names):
        for name in names:
            caller.ram("CreateUser", UserName=name)

    makers = [threading.Thread(target=make, args=(caller, stay[at::4])) for at, caller in enumerate(callers)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()

    done, failures = threading.Event(), []

    def come_and_go():
        """Users before, between and behind those that stay."""
        try:
            number = 0
            while not done.is_set():
                names = [f"{prefix}-{number:04}" for prefix in ("a", f"stay-{number * 97 % 2500:04}", "z")]
                for name in names:
                    other.ram("CreateUser", UserName=name)
                for name in names:
                    other.ram("DeleteUser", UserName=name)
                number += 1
        except Exception as error:  # told below
            failures.append(error)

    moving = threading.Thread(target=come_and_go)
    moving.start()
    try:
        for action, path, field, size in (
            ("ram", ("ListUsers", "Users", "User"), "UserName", 100),
            ("ims", ("ListUsers", "Users", "User"), "UserPrincipalName", 130),
            ("ims", ("ListUserBasicInfos", "UserBasicInfos", "UserBasicInfo"), "UserPrincipalName", 1000),
        ):
            seen, marker, pages = [], None, 0
            while True:
                page = getattr(owner, action)(path[0], MaxItems=size, **({"Marker": marker} if marker else {}))
                users = page[path[1]][path[2]]
                assert len(users) <= size
                seen += [user[field].removesuffix(f"@{domain}") for user in users]
                pages += 1
                if not page["IsTruncated"]:
                    assert "Marker" not in page
                    break
                marker = page["Marker"]
            assert len(seen) == len(set(seen)), "somebody is there twice"
            assert seen == sorted(seen)
            stayed = set(stay)
            assert [name for name in seen if name in stayed] == stay, "somebody is lost"
            assert pages >= 2500 // size
    finally:
        done.set()
        moving.join()
    assert not failures
