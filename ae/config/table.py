"""The table of settings: the metadata of the fields of a record, and what is made from it."""

from __future__ import annotations

import dataclasses
import inspect
import textwrap
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from ae.config.records import JsonRecord, require
from ae.config.rules import Rule


@dataclass(frozen=True)
class Setting:
    """What is known of one setting beside its name and its default.

    Parameters
    ----------
    rule : WholeNumber, Number, Choice, Widths or Classes
        Which values are legal. ``str(rule)`` says it in words.
    help : str
        What the setting is and what it does to the result.
    former_name : str, optional
        What earlier versions called the setting, in JSON and on the command line.
    """

    rule: Rule
    help: str
    former_name: str | None = None


def settings(record: type[JsonRecord]) -> dict[str, Setting]:
    """Return the settings of ``ModelConfig`` or ``TrainingConfig`` by name, in their order."""
    return {field.name: field.metadata["setting"] for field in dataclasses.fields(record)}


def text_of(value: object) -> str:
    """Return a setting's value as the command line takes it: "32,64", "none", "0.5"."""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return "none" if value is None else f"{value}"


def setting(default: object, rule: Rule, help_text: str, former_name: str | None = None) -> Any:
    """Return a field of a record of settings."""
    row = Setting(rule, help_text, former_name)
    return dataclasses.field(default=default, metadata={"setting": row})


@dataclass(frozen=True)
class Config(JsonRecord):
    """A record of settings: each must follow its rule."""

    def __post_init__(self) -> None:
        for name, row in settings(type(self)).items():
            self.check(name, row.rule)

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Build the record from a dict, in which settings may have their former names.

        Raises ValueError as ``JsonRecord.from_dict`` does.
        """
        if isinstance(values, dict):
            former = {s.former_name: name for name, s in settings(cls).items() if s.former_name}
            old = {key for key in values if key in former and former[key] not in values}
            values = {former[k] if k in old else k: value for k, value in values.items()}
        return super().from_dict(values)

    def check(self, name: str, rule: Rule) -> None:
        """Raise ValueError unless the setting of that name follows the rule."""
        value = getattr(self, name)
        require(rule.allows(value), f"{name} must be {rule}", **{name: value})


_ConfigType = TypeVar("_ConfigType", bound=Config)


def documented(record: type[_ConfigType]) -> type[_ConfigType]:
    """Add a Parameters section, made from the table, to the docstring of a record."""
    lines = [inspect.cleandoc(record.__doc__ or ""), "", "Parameters", "----------"]
    for field in dataclasses.fields(record):
        row = field.metadata["setting"]
        lines += [f"{field.name} : {row.rule}, default {field.default!r}"]
        lines += [textwrap.fill(row.help, 96, initial_indent="    ", subsequent_indent="    ")]
    record.__doc__ = "\n".join(lines)
    return record
