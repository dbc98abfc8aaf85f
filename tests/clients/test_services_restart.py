"""Service-linked roles of the operator's services, whose removal a killed server leaves to the next."""

from __future__ import annotations

import time

from harness import Server
from test_services import until_done


def test_tasks_are_done_after_a_kill(database, tmp_path):
    services = tmp_path / "services.yaml"
    services.write_text(
        "services:\n"
        "  - service: storage.corp.example\n"
        "    role_name: ServiceRoleForStorage\n"
        "    policy_name: ServiceRolePolicyForStorage\n"
        "    custom_suffix: true\n"
        "    policy_document: {Version: '1', Statement: [{Effect: Allow, Action: 'ram:ListUsers', Resource: '*'}]}\n"
    )
    own = Server(tmp_path, database)
    own.extra_environment["RAMPART_SERVICES_FILE"] = str(services)
    own.start()
    try:
        account, credentials = own.create_account()
        root = own.caller("acs3", credentials)
        tasks = []
        for number in range(5):
            made = root.resource_manager(
                "CreateServiceLinkedRole",
                ServiceName="storage.corp.example",
                CustomSuffix=f"store-{number}",
                Description=f"store {number}",
            )["Role"]
            assert made["RoleName"] == f"ServiceRoleForStorage_store-{number}"
            tasks.append(root.resource_manager("DeleteServiceLinkedRole", RoleName=made["RoleName"])["DeletionTaskId"])
        own.kill()
        own.start()
        deadline = time.monotonic() + 90
        while own.raw("acs3", credentials, "sts", "GetCallerIdentity").status != 200:
            assert time.monotonic() < deadline
            time.sleep(0.25)
        for task in tasks:
            assert until_done(root, task)["Status"] == "SUCCEEDED"
        assert root.resource_manager("ListRoles")["TotalCount"] == 0
    finally:
        if own.process is not None:
            own.stop()
    own.check_log()
