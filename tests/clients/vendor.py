"""The vendor's Python clients, both generations, behind one way of calling.

`Rpc` is the older generation (`aliyun-python-sdk-ram`, `-sts`; RPC scheme, HMAC-SHA1), `Tea` the current one
(`alibabacloud_ram20150501`, `-sts20150401`, `-ims20190815`, `-resourcemanager20200331`; ACS3, HMAC-SHA256). Both use the typed request classes
and give the answer as a dictionary with the names of the wire; what they could not parse would be missing from it.
"""

from __future__ import annotations

import importlib
import json
import logging
import re
from typing import Protocol

import alibabacloud_ims20190815.client as tea_ims
import alibabacloud_ims20190815.models as tea_ims_models
import alibabacloud_ram20150501.client as tea_ram
import alibabacloud_ram20150501.models as tea_ram_models
import alibabacloud_resourcemanager20200331.client as tea_rm
import alibabacloud_resourcemanager20200331.models as tea_rm_models
import alibabacloud_sts20150401.client as tea_sts
import alibabacloud_sts20150401.models as tea_sts_models
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from darabonba.exceptions import DaraException
from darabonba.runtime import RuntimeOptions

from raw import Credentials

logging.getLogger("aliyunsdkcore").setLevel(logging.CRITICAL)


class ApiError(Exception):
    """An error answer, as the client library reported it."""

    def __init__(self, code: str, status: int, message: str, request_id: str | None, detail: dict | None = None):
        super().__init__(f"{status} {code}: {message}")
        self.code, self.status, self.message, self.request_id, self.detail = code, status, message, request_id, detail


class Client(Protocol):
    """One caller: a key (and token) with one generation of the libraries."""

    generation: str
    credentials: Credentials

    def call(self, product: str, action: str, parameters: dict[str, object]) -> dict: ...


class Rpc:
    """`aliyun-python-sdk-core` with the generated `-ram` and `-sts` requests."""

    generation = "rpc"

    def __init__(self, endpoint: str, credentials: Credentials):
        self.endpoint, self.credentials = endpoint, credentials
        self.client = AcsClient(
            credential=StsTokenCredential(credentials.key_id, credentials.secret, credentials.token)
            if credentials.token is not None
            else AccessKeyCredential(credentials.key_id, credentials.secret),
            region_id="cn-hangzhou",
        )

    def request(self, product: str, action: str, parameters: dict[str, object]):
        package = {"ram": "aliyunsdkram.request.v20150501", "sts": "aliyunsdksts.request.v20150401"}[product]
        request = getattr(importlib.import_module(f"{package}.{action}Request"), f"{action}Request")()
        request.set_endpoint(f"http://{self.endpoint}")
        for name, value in parameters.items():
            setter = getattr(request, f"set_{name}", None)
            if setter is None:
                request.add_query_param(name, value)
            else:
                setter(value)
        return request

    def call(self, product: str, action: str, parameters: dict[str, object]) -> dict:
        try:
            body = self.client.do_action_with_exception(self.request(product, action, parameters))
        except ServerException as error:
            raise ApiError(
                error.get_error_code(), error.get_http_status(), error.get_error_msg(), error.get_request_id()
            ) from error
        return json.loads(body)


class Tea:
    """`alibabacloud_tea_openapi` with the generated clients."""

    generation = "acs3"
    options: dict[str, object] = {}

    def __init__(self, endpoint: str, credentials: Credentials, **options: object):
        self.endpoint, self.credentials = endpoint, credentials
        config = {"access_key_id": credentials.key_id, "access_key_secret": credentials.secret}
        if credentials.token is not None:
            config["security_token"] = credentials.token
        config |= {"endpoint": endpoint, "protocol": "http"} | options
        self.clients = {
            "ram": (tea_ram.Client(Config(**config)), tea_ram_models),
            "ims": (tea_ims.Client(Config(**config)), tea_ims_models),
            "resourcemanager": (tea_rm.Client(Config(**config)), tea_rm_models),
            "sts": (tea_sts.Client(Config(**config)), tea_sts_models),
        }

    def call(self, product: str, action: str, parameters: dict[str, object]) -> dict:
        client, models = self.clients[product]
        method = getattr(client, snake(f"{action}WithOptions"))
        runtime = RuntimeOptions()
        try:
            if hasattr(models, f"{action}Request"):
                answer = method(self.request(models, action, parameters), runtime)
            else:
                answer = method(runtime)
        except DaraException as error:
            data = error.data or {}
            raise ApiError(
                error.code,
                error.status_code,
                data.get("Message") or error.message,
                data.get("RequestId"),
                data.get("AccessDeniedDetail"),
            ) from error
        assert answer.body is not None, "the library dropped the body: its shape does not fit"
        body = answer.body.to_map()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        assert headers["x-acs-request-id"] == body["RequestId"]
        return body

    @staticmethod
    def request(models, action: str, parameters: dict[str, object]):
        values = {}
        for name, value in parameters.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                member = getattr(models, f"{action}Request{name}")
                value = [member(**{snake(key): text for key, text in item.items()}) for item in value]
            values[snake(name)] = value
        return getattr(models, f"{action}Request")(**values)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "_", name).lower()


GENERATIONS = {"rpc": Rpc, "acs3": Tea}
