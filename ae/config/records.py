"""Frozen records that round-trip through JSON."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class JsonRecord:
    """A frozen dataclass that round-trips through JSON and refuses keys it does not know.

    A field that is such a record itself names its class in the metadata, under "record".
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name, records among them as dicts."""
        records = {k: v.to_dict() for k, v in vars(self).items() if isinstance(v, JsonRecord)}
        return dataclasses.asdict(self) | records

    def to_json(self) -> str:
        """Return the record as the text of a JSON object."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Build the record from a dict, as read from JSON.

        Raises
        ------
        ValueError
            If ``values`` is not a dict, lacks a key, has an unknown one or an illegal value.
        """
        if not isinstance(values, dict):
            raise ValueError(
                f"{cls.__name__} must be a JSON object. Received: {type(values).__name__}."
            )
        fields = {field.name: field for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - set(fields))
        require(not unknown, f"{cls.__name__} knows only {sorted(fields)}", unknown=unknown)
        needed = {name for name, field in fields.items() if field.default is dataclasses.MISSING}
        missing = sorted(needed - set(values))
        require(not missing, f"{cls.__name__} must have all of {sorted(needed)}", missing=missing)
        return cls(**{name: _from_json(value, fields[name]) for name, value in values.items()})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Build the record from the text of a JSON object. Raises as ``from_dict`` does."""
        return cls.from_dict(json.loads(text))


def _from_json(value: object, field: dataclasses.Field) -> object:
    record = field.metadata.get("record")
    if record is not None and value is not None:
        return record.from_dict(value)
    return tuple(value) if isinstance(value, list) else value


def require(condition: bool, expected: str, **received: object) -> None:
    """Raise ValueError with what was expected and received, unless the condition holds."""
    if not condition:
        got = ", ".join(f"{name}={value!r}" for name, value in received.items())
        raise ValueError(f"{expected}. Received: {got}.")
