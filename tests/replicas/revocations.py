"""No stale allow: writers revoke at one replica while readers decide at the others.

A round grants something, sees every replica allow by that very grant, revokes it at one replica, and, when
that call is answered, asks every replica again. Each decision asked for afterwards must be a denial; each one
by a replica that allowed within the last second counts as a pair. Grants are checked the same way round.
Beside that, users write as fast as they can under a right that comes and goes, and the audit trail, which is in
the order of the commits, tells whether one of these writes was committed while the right was gone.

Workers are processes, several to an account, so that each account's cache is moved on by changes that concern
somebody else. Names are a worker's own.
"""

from __future__ import annotations

import json
import multiprocessing
import time
from dataclasses import dataclass, field

import psycopg

from fleet import Client
from harness import allow, document, root_arn, trust
from raw import Answer, Credentials

WIDE = document(allow(["ram:ListPolicies", "sts:AssumeRole", "ram:UpdateRole"]))
NARROW = document(allow("ram:ListRoles"))


@dataclass
class Tally:
    """What a worker has seen; sent to the parent as it is."""

    revocations: int = 0
    pairs: int = 0
    late: int = 0
    grants: int = 0
    writes: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    stale_allows: list[str] = field(default_factory=list)
    stale_denials: list[str] = field(default_factory=list)
    unclean: list[str] = field(default_factory=list)
    unanswered: int = 0
    unavailable: int = 0

    def add(self, other: "Tally") -> None:
        for name, value in vars(other).items():
            if name == "by_kind":
                for kind, count in value.items():
                    self.by_kind[kind] = self.by_kind.get(kind, 0) + count
            else:
                setattr(self, name, getattr(self, name) + value)


class Worker:
    """One user and one role of its own, and the rounds on them."""

    def __init__(self, number: int, addresses, account: str, root: Credentials, seed: int):
        self.name, self.account, self.root = f"w{number}", account, root
        self.client = Client(addresses, seed)
        self.replicas = range(len(addresses))
        self.tally = Tally()
        self.version_count = 1
        self.set_up()

    # --- what is there ---------------------------------------------------------------------------

    def write(self, action: str, already: tuple[str, ...] = (), **parameters: object) -> dict:
        return self.client.ok(self.client.any_replica(), self.root, "ram", action, parameters, already)

    def set_up(self) -> None:
        name = self.name
        self.role_arn = f"acs:ram::{self.account}:role/{name}"
        exists = ("EntityAlreadyExists.User", "EntityAlreadyExists.Policy", "EntityAlreadyExists.Role")
        self.write("CreateUser", exists, UserName=name)
        for policy in (f"{name}-user", f"{name}-role"):
            self.write("CreatePolicy", exists, PolicyName=policy, PolicyDocument=WIDE)
        self.write("CreateRole", exists, RoleName=name, AssumeRolePolicyDocument=trust(root_arn(self.account)))
        self.attach("User", f"{name}-user")
        self.attach("Role", f"{name}-role")
        self.new_key()

    def attach(self, kind: str, policy: str) -> None:
        self.write(
            f"AttachPolicyTo{kind}",
            (f"EntityAlreadyExists.{kind}.Policy",),
            PolicyType="Custom",
            PolicyName=policy,
            **{f"{kind}Name": self.name},
        )

    def detach(self, kind: str, policy: str) -> None:
        self.write(
            f"DetachPolicyFrom{kind}",
            (f"EntityNotExist.{kind}.Policy",),
            PolicyType="Custom",
            PolicyName=policy,
            **{f"{kind}Name": self.name},
        )

    def new_key(self) -> None:
        # A key whose making was not answered would count to the quota: none but the new one is left.
        listed = self.write("ListAccessKeys", UserName=self.name)["AccessKeys"]["AccessKey"]
        for key in listed:
            self.write("DeleteAccessKey", ("EntityNotExist.User.AccessKey",), UserName=self.name, UserAccessKeyId=key["AccessKeyId"])
        while True:
            answer = self.client.once(self.client.any_replica(), self.root, "ram", "CreateAccessKey", {"UserName": self.name})
            if answer is not None and answer.status == 200:
                key = answer.json()["AccessKey"]
                self.user = Credentials(key["AccessKeyId"], key["AccessKeySecret"])
                return
            if answer is not None and answer.status < 500:
                return self.new_key()

    def set_document(self, policy: str, text: str) -> None:
        """A new default version; a repeated attempt makes one more, which changes nothing."""
        self.write(
            "CreatePolicyVersion",
            PolicyName=policy,
            PolicyDocument=text,
            SetAsDefault="true",
            RotateStrategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
        )

    # --- what is decided -------------------------------------------------------------------------

    def list_policies(self, replica: int) -> Answer:
        return self.client.call(replica, self.user, "ram", "ListPolicies", {"MaxItems": 1})

    def identity(self, replica: int) -> Answer:
        return self.client.call(replica, self.user, "sts", "GetCallerIdentity")

    def assume(self, replica: int) -> Answer:
        parameters = {"RoleArn": self.role_arn, "RoleSessionName": "round"}
        return self.client.call(replica, self.user, "sts", "AssumeRole", parameters)

    def as_session(self, product: str, action: str, parameters=None):
        def ask(replica: int) -> Answer:
            return self.client.call(replica, self.session, product, action, parameters)

        return ask

    def new_session(self) -> None:
        credentials = self.assume(self.client.any_replica()).json()["Credentials"]
        self.session = Credentials(credentials["AccessKeyId"], credentials["AccessKeySecret"], credentials["SecurityToken"])

    # --- the rounds ------------------------------------------------------------------------------

    def round(self, kind: str, grant, ask: list, revoke) -> None:
        grant()
        self.tally.grants += 1
        allowed_at: dict[tuple[int, int], float] = {}
        for number, question in enumerate(ask):
            for replica in self.replicas:
                answer = question(replica)
                if answer.status != 200:
                    self.tally.stale_denials.append(f"{kind}: replica {replica} refused after the grant: {answer}")
                allowed_at[number, replica] = time.monotonic()
        revoke()
        self.tally.revocations += 1
        self.tally.by_kind[kind] = self.tally.by_kind.get(kind, 0) + 1
        order = list(allowed_at)
        self.client.random.shuffle(order)
        for number, replica in order:
            asked = time.monotonic()
            answer = ask[number](replica)
            if answer.status == 200:
                self.tally.stale_allows.append(f"{kind}: replica {replica} allowed after the revocation: {answer}")
            if asked - allowed_at[number, replica] <= 1.0:
                self.tally.pairs += 1
            else:
                self.tally.late += 1

    def detach_from_user(self) -> None:
        policy = f"{self.name}-user"
        self.round("detach from user", lambda: self.attach("User", policy), [self.list_policies, self.assume], lambda: self.detach("User", policy))
        self.attach("User", policy)

    def detach_from_role(self) -> None:
        policy = f"{self.name}-role"
        self.new_session()
        ask = self.as_session("ram", "ListPolicies", {"MaxItems": 1})
        self.round("detach from role", lambda: self.attach("Role", policy), [ask], lambda: self.detach("Role", policy))
        self.attach("Role", policy)

    def narrow(self) -> None:
        policy = f"{self.name}-user"
        self.round(
            "narrow",
            lambda: self.set_document(policy, WIDE),
            [self.list_policies, self.assume],
            lambda: self.set_document(policy, NARROW),
        )
        self.set_document(policy, WIDE)

    def disable(self) -> None:
        def status(value: str):
            return lambda: self.write("UpdateAccessKey", UserName=self.name, UserAccessKeyId=self.user.key_id, Status=value)

        self.round("disable key", status("Active"), [self.identity, self.assume], status("Inactive"))
        status("Active")()

    def delete_key(self) -> None:
        def delete() -> None:
            self.write("DeleteAccessKey", ("EntityNotExist.User.AccessKey",), UserName=self.name, UserAccessKeyId=self.user.key_id)

        self.round("delete key", self.new_key, [self.identity], delete)
        self.new_key()

    def distrust(self) -> None:
        def trusts(whom: str):
            text = trust(whom)
            return lambda: self.write("UpdateRole", RoleName=self.name, NewAssumeRolePolicyDocument=text)

        stranger = root_arn("1" * 16)
        self.round("distrust", trusts(root_arn(self.account)), [self.assume], trusts(stranger))
        trusts(root_arn(self.account))()

    def delete_role(self) -> None:
        name = f"{self.name}-gone"
        arn = f"acs:ram::{self.account}:role/{name}"
        kept, self.role_arn = self.role_arn, arn

        def create() -> None:
            text = trust(root_arn(self.account))
            self.write("CreateRole", ("EntityAlreadyExists.Role",), RoleName=name, AssumeRolePolicyDocument=text)
            self.new_session()

        def delete() -> None:
            self.write("DeleteRole", ("EntityNotExist.Role",), RoleName=name)

        identity = self.as_session("sts", "GetCallerIdentity")
        self.round("delete role", create, [self.assume, identity], delete)
        self.role_arn = kept

    def write_right(self) -> None:
        """The user writes under a right that goes; afterwards no write of his may succeed."""
        policy = f"{self.name}-user"

        def update(replica: int) -> Answer:
            self.tally.writes += 1
            description = {"RoleName": self.name, "NewDescription": "by the user"}
            return self.client.call(replica, self.user, "ram", "UpdateRole", description)

        self.round("write", lambda: self.attach("User", policy), [update], lambda: self.detach("User", policy))
        self.attach("User", policy)

    ROUNDS = (detach_from_user, detach_from_role, narrow, disable, delete_key, distrust, delete_role, write_right)

    def finish(self) -> Tally:
        client, tally = self.client, self.tally
        tally.unclean, tally.unanswered, tally.unavailable = client.unclean, client.unanswered, client.unavailable
        return tally


def work(number: int, addresses, account: str, root: Credentials, seed: int, total, wanted: int, deadline: float, out) -> None:
    """The life of a worker process. `total` counts the pairs of all."""
    try:
        worker = Worker(number, addresses, account, root, seed)
        counted = 0
        while total.value < wanted and time.monotonic() < deadline and not worker.tally.stale_allows:
            worker.client.random.choice(Worker.ROUNDS)(worker)
            with total.get_lock():
                total.value += worker.tally.pairs - counted
            counted = worker.tally.pairs
        out.put(worker.finish())
    except BaseException as error:  # noqa: BLE001 - told to the parent, which fails
        out.put(error)


def race(number: int, addresses, account: str, root: Credentials, seed: int, stop, out) -> None:
    """Writes without pause under a right that another takes away and gives back. Who was right, the audit tells."""
    try:
        worker = Worker(number, addresses, account, root, seed)
        policy = f"{worker.name}-user"
        description = {"RoleName": worker.name, "NewDescription": "raced"}
        taker = multiprocessing.Process(target=give_and_take, args=(number, addresses, root, policy, seed + 1, stop), daemon=True)
        taker.start()
        while not stop.is_set():
            worker.client.once(worker.client.any_replica(), worker.user, "ram", "UpdateRole", description)
            worker.tally.writes += 1
        taker.join()
        out.put(worker.finish())
    except BaseException as error:  # noqa: BLE001 - told to the parent, which fails
        out.put(error)


def give_and_take(number: int, addresses, root: Credentials, policy: str, seed: int, stop) -> None:
    client = Client(addresses, seed)
    parameters = {"PolicyType": "Custom", "PolicyName": policy, "UserName": f"w{number}"}
    while not stop.is_set():
        for action in ("DetachPolicyFromUser", "AttachPolicyToUser"):
            client.call(client.any_replica(), root, "ram", action, parameters)


def writes_without_right(url: str, account: str) -> tuple[int, list[str]]:
    """Reads the trail in the order of the commits: how many writes of users there are, and those that were
    committed while their policy was detached. Only what is decided by attaching and detaching counts."""
    attached: dict[str, bool] = {}
    count, wrong = 0, []
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT id, principal, operation, resource FROM audit WHERE account_id = %s ORDER BY id", (account,)
        )
        for identifier, principal, operation, resource in rows:
            action = operation.split(".")[-1]
            if action in ("AttachPolicyToUser", "DetachPolicyFromUser"):
                user = next(part.split(":user/")[1] for part in resource.split() if ":user/" in part)
                attached[user] = action == "AttachPolicyToUser"
            elif ":user/" in principal:
                count += 1
                user = principal.split(":user/")[1]
                if not attached.get(user, False):
                    wrong.append(f"audit {identifier}: {principal} {operation} {resource}")
    return count, wrong


def run(addresses, accounts: list[tuple[str, Credentials]], wanted: int, seconds: float, workers: int, seed: int) -> Tally:
    """Runs workers over the accounts until so many pairs were seen, and racers beside them."""
    context = multiprocessing.get_context("fork")
    total, out, stop = context.Value("q", 0), context.Queue(), context.Event()
    deadline = time.monotonic() + seconds
    processes = []
    for number in range(workers):
        account, root = accounts[number % len(accounts)]
        arguments = (number, addresses, account, root, seed + number, total, wanted, deadline, out)
        processes.append(context.Process(target=work, args=arguments))
    racers = len(accounts)
    for number in range(workers, workers + racers):
        account, root = accounts[number % len(accounts)]
        processes.append(context.Process(target=race, args=(number, addresses, account, root, seed + number, stop, out)))
    for process in processes:
        process.start()
    tally, failures = Tally(), []
    for finished in range(len(processes)):
        if finished == workers:
            stop.set()
        result = out.get()
        if isinstance(result, BaseException):
            failures.append(result)
            stop.set()
        else:
            tally.add(result)
    for process in processes:
        process.join()
    if failures:
        raise failures[0]
    return tally


def report(tally: Tally) -> str:
    shown = vars(tally) | {name: len(getattr(tally, name)) for name in ("stale_allows", "stale_denials", "unclean")}
    return json.dumps(shown)
