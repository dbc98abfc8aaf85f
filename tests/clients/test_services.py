"""Services with keys of their own, and the roles that are linked to them, as the vendor's client sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from harness import allow, refused, unique
from raw import Credentials

SAMPLE = Path(__file__).parents[2] / "examples" / "sample_service.py"
SERVICE = "inventory.corp.example"
# The version by which Rampart's own product is called.
RAMPART = "2026-11-01"


def service_key(server, service: str, *more: str) -> Credentials:
    made = json.loads(command(server, "create", service, *more, "--format", "json"))
    server.never_logged.add(made["AccessKeySecret"])
    return Credentials(made["AccessKeyId"], made["AccessKeySecret"], None)


def command(server, *arguments: str) -> str:
    return server.cli("service-key", "--data-dir", str(server.data_dir), *arguments)


def until_done(caller, task: str) -> dict:
    deadline = time.monotonic() + 60
    while True:
        told = caller.resource_manager("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
        if told["Status"] != "IN_PROGRESS":
            return told
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def usage(server, credentials: Credentials, action: str, arn: str, resource: str):
    parameters = {"RoleArn": arn, "Region": "cn-hangzhou", "Resource": resource}
    return server.raw("rpc", credentials, RAMPART, action, parameters)


def test_a_linked_roles_life_through_resource_manager(server):
    root = server.root("acs3")
    service, name = "config.aliyuncs.com", "AliyunServiceRoleForConfig"
    made = root.resource_manager("CreateServiceLinkedRole", ServiceName=service)["Role"]
    assert (made["RoleName"], made["IsServiceLinkedRole"]) == (name, True)
    assert made["Arn"] == f"acs:ram::{server.account_id}:role/{name.lower()}"
    assert made["RolePrincipalName"] == f"{name}@role.{server.account_id}.onaliyunservice.com"
    with refused("EntityAlreadyExists.Role", 409):
        root.resource_manager("CreateServiceLinkedRole", ServiceName=service)
    with refused("EntityNotExist.Service", 404):
        root.resource_manager("CreateServiceLinkedRole", ServiceName="nothing.corp.example")
    with refused("InvalidParameter.CustomSuffix.NotAllowed", 400):
        root.resource_manager("CreateServiceLinkedRole", ServiceName=service, CustomSuffix="x")
    got = root.resource_manager("GetRole", RoleName=name)["Role"]
    assert got["IsServiceLinkedRole"] is True
    assert json.loads(got["AssumeRolePolicyDocument"])["Statement"][0]["Principal"] == {"Service": [service]}
    listed = root.resource_manager("ListRoles", PageSize=100)["Roles"]["Role"]
    assert [role["IsServiceLinkedRole"] for role in listed if role["RoleName"] == name] == [True]
    for action, parameters in [
        ("UpdateRole", {"NewDescription": "mine"}),
        ("DeleteRole", {}),
    ]:
        with refused("NotSupport.ServiceLinkedRole", 403):
            root.resource_manager(action, RoleName=name, **parameters)

    key = service_key(server, service, "--account", server.account_id)
    session = server.raw("acs3", key, "sts", "AssumeRole", {"RoleArn": got["Arn"], "RoleSessionName": "work"})
    assert session.status == 200, session
    assert usage(server, key, "PutServiceLinkedRoleUsage", got["Arn"], "rule/1").status == 200
    task = root.resource_manager("DeleteServiceLinkedRole", RoleName=name)["DeletionTaskId"]
    failed = until_done(root, task)
    assert failed["Status"] == "FAILED"
    assert failed["Reason"]["RoleUsages"]["RoleUsage"] == [{"Region": "cn-hangzhou", "Resources": {"Resource": ["rule/1"]}}]
    assert failed["Reason"]["Message"] == f"Service-Linked Role {got['Arn']} cannot be deleted as it is in use by {service}."
    latest = root.resource_manager("GetRole", RoleName=name)["Role"]["LatestDeletionTask"]
    assert latest["DeletionTaskId"] == task
    assert usage(server, key, "DeleteServiceLinkedRoleUsage", got["Arn"], "rule/1").status == 200
    task = root.resource_manager("DeleteServiceLinkedRole", RoleName=name)["DeletionTaskId"]
    assert until_done(root, task)["Status"] == "SUCCEEDED"
    with refused("EntityNotExist.Role", 404):
        root.resource_manager("GetRole", RoleName=name)
    with refused("EntityNotExist.ServiceLinkedRole.DeletionTask", 404):
        root.resource_manager("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task[:-1] + "x")


def test_the_sample_service_works_in_two_accounts(server):
    roles, users = [], 3
    for number in range(2):
        account, credentials = server.create_account()
        root = server.caller("acs3", credentials)
        for _ in range(users + number):
            root.ram("CreateUser", UserName=unique("user"))
        name = unique("Inventory")
        document = json.dumps(
            {
                "Version": "1",
                "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [SERVICE]}}],
            }
        )
        arn = root.ram("CreateRole", RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        policy = root.new_policy(allow("ram:ListUsers"))
        root.ram("AttachPolicyToRole", PolicyType="Custom", PolicyName=policy, RoleName=name)
        roles.append((account, arn))
    key = service_key(server, SERVICE, "--any-account")
    address, port = server.address
    environment = {
        "PATH": os.environ["PATH"],
        "RAMPART_ENDPOINT": f"http://{address}:{port}",
        "SERVICE_ACCESS_KEY_ID": key.key_id,
        "SERVICE_ACCESS_KEY_SECRET": key.secret,
    }
    own, _ = server.create_account()
    stranger = f"acs:ram::{own}:role/Inventory"
    sample = [sys.executable, str(SAMPLE), *(arn for _, arn in roles), stranger]
    done = subprocess.run(sample, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == [
        f"I am acs:ram::system:service/{SERVICE}",
        f"{roles[0][0]}: 3 users",
        f"{roles[1][0]}: 4 users",
    ], done
    assert done.returncode == 1
    assert done.stderr.startswith(f"{own}: NoPermission"), done.stderr
    listed = json.loads(command(server, "list", "--format", "json"))
    assert [entry["Service"] for entry in listed if entry["AccessKeyId"] == key.key_id] == [SERVICE]
    command(server, "delete", key.key_id)
    done = subprocess.run(sample, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "InvalidAccessKeyId.NotFound" in done.stderr
