"""JSON Schemas of every message, made from the types, for documents and other tools."""

from typing import Any

import msgspec

from broker.facts import Acknowledgement
from broker.kinds import KINDS
from broker.telemetry import Birth, SettingsDesired, SettingsReported, State
from broker.wire import WORDS, Envelope, FactEnvelope


def schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON Schemas of every message and both envelopes by class name: (references, components)."""
    classes = [
        *KINDS,
        *(Birth, State, SettingsDesired, SettingsReported, Acknowledgement),
        *(FactEnvelope, Envelope),
    ]
    references, components = msgspec.json.schema_components(
        classes, schema_hook=word_schema, ref_template="#/components/schemas/{name}"
    )
    return {cls.__name__: ref for cls, ref in zip(classes, references, strict=True)}, components


def word_schema(cls: type) -> dict[str, Any]:
    """A vocabulary word is a string of its form. Raises NotImplementedError for anything else."""
    if issubclass(cls, WORDS):
        return {"type": "string", "pattern": f"^{cls._form.pattern}$"}
    raise NotImplementedError(cls.__name__)
