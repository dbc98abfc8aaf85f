"""Groups: a life cycle, and what a group gives to its members."""

from __future__ import annotations

from harness import allow, deny, refused, unique


def test_a_groups_life(root):
    name, renamed = unique("group"), unique("renamed")
    made = root.ram("CreateGroup", GroupName=name, Comments="first & last")["Group"]
    got = root.ram("GetGroup", GroupName=name.upper())["Group"]
    for field in ("GroupName", "GroupId", "Comments", "CreateDate"):
        assert got[field] == made[field]
    assert (got["GroupName"], got["Comments"]) == (name, "first & last")
    with refused("EntityAlreadyExists.Group", 409):
        root.ram("CreateGroup", GroupName=name.upper())

    user, _ = root.new_user()
    policy = root.new_policy(allow("ram:ListRoles"))
    root.ram("AddUserToGroup", UserName=user, GroupName=name)
    root.ram("AttachPolicyToGroup", PolicyType="Custom", PolicyName=policy, GroupName=name)
    with refused("EntityAlreadyExists.User.Group", 409):
        root.ram("AddUserToGroup", UserName=user, GroupName=name)
    with refused("EntityAlreadyExists.Group.Policy", 409):
        root.ram("AttachPolicyToGroup", PolicyType="Custom", PolicyName=policy, GroupName=name)

    updated = root.ram("UpdateGroup", GroupName=name, NewGroupName=renamed, NewComments="second")["Group"]
    assert (updated["GroupId"], updated["GroupName"], updated["Comments"]) == (made["GroupId"], renamed, "second")
    with refused("EntityNotExist.Group", 404):
        root.ram("GetGroup", GroupName=name)
    members = root.ram("ListUsersForGroup", GroupName=renamed)
    assert [member["UserName"] for member in members["Users"]["User"]] == [user]
    assert not members["IsTruncated"]
    groups = root.ram("ListGroupsForUser", UserName=user)["Groups"]["Group"]
    assert [(group["GroupName"], group["GroupId"]) for group in groups] == [(renamed, made["GroupId"])]
    attached = root.ram("ListPoliciesForGroup", GroupName=renamed)["Policies"]["Policy"]
    assert [(entry["PolicyType"], entry["PolicyName"]) for entry in attached] == [("Custom", policy)]
    entities = root.ram("ListEntitiesForPolicy", PolicyType="Custom", PolicyName=policy)["Groups"]["Group"]
    assert [(entry["GroupName"], entry["Comments"]) for entry in entities] == [(renamed, "second")]

    with refused("DeleteConflict.Policy.Group", 409):
        root.ram("DeletePolicy", PolicyName=policy)
    with refused("DeleteConflict.Group.User", 409):
        root.ram("DeleteGroup", GroupName=renamed)
    root.ram("RemoveUserFromGroup", UserName=user, GroupName=renamed)
    with refused("EntityNotExist.User.Group", 404):
        root.ram("RemoveUserFromGroup", UserName=user, GroupName=renamed)
    with refused("DeleteConflict.Group.Policy", 409):
        root.ram("DeleteGroup", GroupName=renamed)
    root.ram("DetachPolicyFromGroup", PolicyType="Custom", PolicyName=policy, GroupName=renamed)
    root.ram("DeleteGroup", GroupName=renamed)
    root.ram("DeletePolicy", PolicyName=policy)


def test_what_a_group_gives_and_takes(root):
    may, may_not = root.new_policy(allow("ram:List*")), root.new_policy(deny("ram:ListRoles"))
    name, alice = root.new_user()
    readers, jail = unique("readers"), unique("jail")
    for group, policy in ((readers, may), (jail, may_not)):
        root.ram("CreateGroup", GroupName=group)
        root.ram("AttachPolicyToGroup", PolicyType="Custom", PolicyName=policy, GroupName=group)
    with refused("NoPermission", 403):
        alice.ram("ListRoles")
    root.ram("AddUserToGroup", UserName=name, GroupName=readers)
    alice.ram("ListRoles")
    root.ram("AddUserToGroup", UserName=name, GroupName=jail)
    alice.ram("ListUsers")
    with refused("NoPermission", 403):
        alice.ram("ListRoles")
    root.ram("DetachPolicyFromGroup", PolicyType="Custom", PolicyName=may_not, GroupName=jail)
    alice.ram("ListRoles")
    root.ram("RemoveUserFromGroup", UserName=name, GroupName=readers)
    with refused("NoPermission", 403):
        alice.ram("ListRoles")


def test_lists_of_groups_and_members_are_paged(root):
    prefix = unique("paged")
    names = [f"{prefix}-{number}" for number in range(5)]
    for name in names:
        root.ram("CreateGroup", GroupName=name)
        root.ram("CreateUser", UserName=name)
        root.ram("AddUserToGroup", UserName=name, GroupName=names[0])

    def all_of(action: str, plural: str, singular: str, **parameters: object) -> list[str]:
        seen, marker = [], None
        while True:
            page = root.ram(action, MaxItems=2, **parameters, **({"Marker": marker} if marker else {}))
            seen += [entry[f"{singular}Name"] for entry in page[plural][singular]]
            if not page["IsTruncated"]:
                return seen
            marker = page["Marker"]

    assert all_of("ListUsersForGroup", "Users", "User", GroupName=names[0]) == names
    groups = all_of("ListGroups", "Groups", "Group")
    assert len(groups) == len(set(groups))
    assert set(names) <= set(groups)
