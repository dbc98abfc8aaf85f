"""Linearizability of roles, attachments and quotas, from the recorded histories of concurrent clients.

Each client works against all replicas on few keys that all share, and notes of every call when it was asked, when it
was answered, and what. `linearizable` looks for one order of the calls that respects these times and that a plain
sequential model explains (Wing and Gong's search, with the states seen remembered). A call that was answered by
`503` or not at all may have happened at any time after it was asked, or never.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Callable

import pytest

from conftest import setting
from fleet import Client, Fleet, Trouble
from harness import allow, document, root_arn, trust

CLIENTS = 6


@dataclass(frozen=True)
class Call:
    """One call of a history. `answer` is `None` where it is not known what became of it."""

    asked: float
    answered: float
    operation: str
    answer: object


Model = Callable[[object, str], tuple[object, object]]


def linearizable(history: list[Call], start: object, model: Model) -> bool:
    """Whether some order explains the history. `model` gives the next state and the answer."""
    calls = sorted(history, key=lambda call: call.asked)
    certain = [call.answer is not None for call in calls]
    everything = frozenset(range(len(calls)))
    seen: set[tuple[frozenset, object]] = set()
    stack = [(everything, start)]
    while stack:
        left, state = stack.pop()
        if not any(certain[number] for number in left):
            return True
        if (left, state) in seen:
            continue
        seen.add((left, state))
        # Next may be whatever was asked before the first that must have happened was answered.
        limit = min(calls[number].answered for number in left if certain[number])
        for number in left:
            call = calls[number]
            if call.asked > limit:
                continue
            after, answer = model(state, call.operation)
            if not certain[number]:
                stack.append((left - {number}, after))
            elif answer == call.answer:
                stack.append((left - {number}, after))
    return False


def presence(state: object, operation: str) -> tuple[object, object]:
    """Something that is made once and removed once: a role, an attachment."""
    if operation == "make":
        return True, "exists" if state else "done"
    if operation == "remove":
        return False, "done" if state else "missing"
    return state, "there" if state else "missing"


def quota(limit: int) -> Model:
    """A set of names that holds so many."""

    def step(state: object, operation: str) -> tuple[object, object]:
        names: frozenset = state
        verb, name = operation.split(" ")
        if verb == "make":
            if name in names:
                return names, "exists"
            if len(names) >= limit:
                return names, "full"
            return names | {name}, "done"
        if name in names:
            return names - {name}, "done"
        return names, "missing"

    return step


def test_the_checker_tells_right_from_wrong():
    def history(*calls: tuple[float, float, str, object]) -> list[Call]:
        return [Call(*call) for call in calls]

    assert linearizable(history((0, 1, "make", "done"), (2, 3, "look", "there")), False, presence)
    assert not linearizable(history((0, 1, "make", "done"), (2, 3, "look", "missing")), False, presence)
    # At the same time, either is right.
    assert linearizable(history((0, 3, "make", "done"), (1, 2, "look", "missing")), False, presence)
    assert not linearizable(history((0, 3, "make", "done"), (1, 4, "make", "done")), False, presence)
    # What became of it is not known: it may have happened, or not, but not be undone.
    lost = (0.0, float("inf"), "make", None)
    assert linearizable(history(lost, (1, 2, "look", "missing"), (3, 4, "look", "there")), False, presence)
    assert not linearizable(history(lost, (1, 2, "look", "there"), (3, 4, "look", "missing")), False, presence)
    two = quota(2)
    full = history((0, 1, "make a", "done"), (0, 1, "make b", "done"), (2, 3, "make c", "full"))
    assert linearizable(full, frozenset(), two)
    assert not linearizable(full + history((4, 5, "make d", "done")), frozenset(), two)


class Recorder:
    """Runs steps at once from several clients and notes what they saw."""

    def __init__(self, fleet: Fleet, rounds: int):
        self.fleet, self.rounds = fleet, rounds
        self.histories: dict[str, list[Call]] = {}
        self.lock = threading.Lock()
        self.failures: list[BaseException] = []

    def record(self, key: str, client: Client, operation: str, action: str, parameters: dict, meaning: dict) -> None:
        asked = time.monotonic()
        answer = client.once(client.any_replica(), self.fleet.root, "ram", action, parameters)
        answered = time.monotonic()
        if answer is None or answer.status == 503:
            call = Call(asked, float("inf"), operation, None)
        else:
            code = answer.code
            assert code in meaning, f"{action} {parameters}: {answer}"
            call = Call(asked, answered, operation, meaning[code])
        with self.lock:
            self.histories.setdefault(key, []).append(call)

    def run(self, step: Callable[["Recorder", Client, int], None]) -> None:
        def work(number: int) -> None:
            client = Client(self.fleet.addresses, number)
            try:
                for turn in range(self.rounds):
                    step(self, client, turn)
            except BaseException as error:  # noqa: BLE001 - raised again by the parent
                self.failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]


@pytest.fixture
def quota_fleet(database, tmp_path):
    made = Fleet(tmp_path, database, RAMPART_QUOTA_USERS="3").start()
    yield made
    made.stop()
    made.check_logs()


def test_roles_and_attachments_are_linearizable(fleet):
    rounds = int(setting("ROUNDS", 25))
    client = Client(fleet.addresses)
    client.ok(0, fleet.root, "ram", "CreatePolicy", {"PolicyName": "shared", "PolicyDocument": document(allow("*"))})
    client.ok(0, fleet.root, "ram", "CreateUser", {"UserName": "shared"})
    text = trust(root_arn(fleet.account))

    def step(recorder: Recorder, client: Client, turn: int) -> None:
        # A new key every few turns: histories stay short, and each begins from nothing.
        role = f"role{turn // 5}"
        verb = client.random.choice(["make", "remove", "look"])
        if client.random.random() < 0.5:
            action = {"make": "CreateRole", "remove": "DeleteRole", "look": "GetRole"}[verb]
            parameters = {"RoleName": role} | ({"AssumeRolePolicyDocument": text} if verb == "make" else {})
            meaning = {None: "there" if verb == "look" else "done", "EntityAlreadyExists.Role": "exists", "EntityNotExist.Role": "missing"}
            recorder.record(role, client, verb, action, parameters, meaning)
        elif verb != "look":
            action = {"make": "AttachPolicyToUser", "remove": "DetachPolicyFromUser"}[verb]
            parameters = {"PolicyType": "Custom", "PolicyName": "shared", "UserName": "shared"}
            meaning = {None: "done", "EntityAlreadyExists.User.Policy": "exists", "EntityNotExist.User.Policy": "missing"}
            recorder.record("attachment", client, verb, action, parameters, meaning)

    recorder = Recorder(fleet, rounds)
    trouble = Trouble(fleet, 1, every=5)
    trouble.start()
    try:
        recorder.run(step)
    finally:
        trouble.end()
    calls = {key: len(history) for key, history in recorder.histories.items()}
    print(f"\n{calls}, trouble {trouble.made}")
    assert sum(calls.values()) > rounds
    for key, history in recorder.histories.items():
        assert linearizable(history, False, presence), f"no order explains {key}: {sorted(history, key=lambda c: c.asked)}"


def test_a_quota_is_linearizable(quota_fleet):
    def step(recorder: Recorder, client: Client, _: int) -> None:
        name = client.random.choice("abcde")
        if client.random.random() < 0.6:
            meaning = {None: "done", "EntityAlreadyExists.User": "exists", "LimitExceeded.User": "full"}
            recorder.record("users", client, f"make {name}", "CreateUser", {"UserName": name}, meaning)
        else:
            meaning = {None: "done", "EntityNotExist.User": "missing"}
            recorder.record("users", client, f"remove {name}", "DeleteUser", {"UserName": name}, meaning)

    recorder = Recorder(quota_fleet, int(setting("ROUNDS", 25)))
    recorder.run(step)
    history = recorder.histories["users"]
    answers = [call.answer for call in history]
    print(f"\n{ {answer: answers.count(answer) for answer in set(answers)} }")
    assert "full" in answers, "the quota was never reached"
    assert linearizable(history, frozenset(), quota(3)), sorted(history, key=lambda call: call.asked)
