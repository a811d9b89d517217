"""The contract as an AsyncAPI 3.0 document, seen from a device. Built from the types alone."""

import inspect
from typing import Any, Final

import msgspec

from broker.examples import Example, examples
from broker.kinds import ANSWERS, FACTS, QUESTIONS, VERSION
from broker.schemas import schemas
from broker.telemetry import Presence
from broker.topics import FROM_DEVICE, RETAINED, ROOT, SERVER, Channel
from broker.wire import type_of

QUALITY: Final = 1
SCHEMAS: Final = {
    name: {**schema, "description": inspect.cleandoc(schema["description"])}
    for name, schema in schemas()[1].items()
}
PURPOSES: Final = {
    Channel.STATUS: "whether the device is there; its will says `offline` for it",
    Channel.BIRTH: "who the device is, on every connection",
    Channel.STATE: "how it is: a full snapshot, on change and every 60 s",
    Channel.FACT: "what happened, again and again until it is acknowledged",
    Channel.ACK: "how far the server has committed the device's facts",
    Channel.ASK: "a question; its kind is the last part of the topic",
    Channel.REPLY: "the answer to one question, found by its `correlation`",
    Channel.SETTINGS_DESIRED: "what the server wants of the device",
    Channel.SETTINGS_REPORTED: "what the device made of it",
}
_SERVER_STATUS: Final = "server-status"
_SERVER_PURPOSE: Final = "whether the server is there"
_SITE: Final = {"site": {"description": "the library's name in topics"}}
_DEVICE: Final = {"device": {"description": "the device's name: MQTT user and client id as well"}}
# MQTT binding of operations, https://github.com/asyncapi/bindings/tree/master/mqtt
_BINDING_VERSION: Final = "0.2.0"


def path(channel: Channel, kind: str = "{kind}") -> str:
    """A channel's topic below the device's name."""
    return f"{channel.value}/{kind}" if channel is Channel.ASK else channel.value


def carried_on(channel: Channel) -> tuple[Example, ...]:
    return tuple(one for one in examples() if one.channel is channel)


def asyncapi() -> str:
    """The YAML text."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sirkula",
            "version": str(VERSION),
            "description": "Library self-service over MQTT, seen from a device.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            **{_id(channel): _channel(channel) for channel in Channel},
            _SERVER_STATUS: {
                "address": f"{ROOT}/{{site}}/{SERVER}/status",
                "description": _SERVER_PURPOSE,
                "messages": {"Presence": {"$ref": "#/components/messages/Presence"}},
                "parameters": _SITE,
            },
        },
        "operations": {
            # A reply belongs to the operation that asks.
            **{_id(one): _operation(one) for one in Channel if one is not Channel.REPLY},
            _SERVER_STATUS: _exchange("receive", _SERVER_STATUS, _SERVER_PURPOSE, retained=True),
        },
        "components": {
            "messages": {name_of(one): _message(one) for one in examples()},
            "schemas": SCHEMAS,
        },
    }
    return msgspec.yaml.encode(document, order="deterministic").decode()


def name_of(example: Example) -> str:
    return type(example.message).__name__


def _id(channel: Channel) -> str:
    return channel.value.replace("/", "-")


def _channel(channel: Channel) -> dict[str, Any]:
    kinds = {"kind": {"description": "what is asked", "enum": [*QUESTIONS]}}
    return {
        "address": f"{ROOT}/{{site}}/{{device}}/{path(channel)}",
        "description": PURPOSES[channel],
        "messages": {
            name_of(one): {"$ref": f"#/components/messages/{name_of(one)}"}
            for one in carried_on(channel)
        },
        "parameters": {**_SITE, **_DEVICE, **(kinds if channel is Channel.ASK else {})},
    }


def _operation(channel: Channel) -> dict[str, Any]:
    action = "send" if channel in FROM_DEVICE else "receive"
    operation = _exchange(action, _id(channel), PURPOSES[channel], retained=channel in RETAINED)
    if channel is Channel.ASK:
        operation["reply"] = {"channel": {"$ref": f"#/channels/{_id(Channel.REPLY)}"}}
    return operation


def _exchange(action: str, channel: str, summary: str, *, retained: bool) -> dict[str, Any]:
    binding = {"qos": QUALITY, "retain": retained, "bindingVersion": _BINDING_VERSION}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "bindings": {"mqtt": binding},
    }


def _message(example: Example) -> dict[str, Any]:
    name = name_of(example)
    text = inspect.getdoc(type(example.message)) or ""
    if isinstance(example.message, Presence):
        payload: dict[str, Any] = {"type": "string", "enum": [one.value for one in Presence]}
        shown: Any = example.payload.decode()
        content = "text/plain"
    else:
        payload = {"allOf": [_reference(_envelope(example)), _inside(example)]}
        shown = msgspec.json.decode(example.payload)
        content = "application/json"
    return {
        "name": name,
        "summary": text.partition("\n")[0],
        "contentType": content,
        "payload": payload,
        "examples": [{"payload": shown}],
    }


def _envelope(example: Example) -> str:
    return "FactEnvelope" if example.channel is Channel.FACT else "Envelope"


def _inside(example: Example) -> dict[str, Any]:
    """What this message fixes in its envelope."""
    fixed: dict[str, Any] = {"data": _reference(name_of(example))}
    match example.channel:
        case Channel.FACT:
            fixed |= {
                "specversion": {"const": "1.0"},
                "type": {"const": type_of(kind(example))},
            }
        case Channel.ASK | Channel.REPLY:
            fixed |= {"v": {"const": VERSION}, "kind": {"const": kind(example)}}
        case _:
            fixed |= {"v": {"const": VERSION}}
    return {"type": "object", "properties": fixed, "required": [*fixed]}


def kind(example: Example) -> str:
    """A message's name on the wire; empty where the topic alone tells."""
    tables = FACTS | QUESTIONS | ANSWERS
    return next((name for name, cls in tables.items() if cls is type(example.message)), "")


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
