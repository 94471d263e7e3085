"""Hypothesis strategies that several tests use."""

from __future__ import annotations

from hypothesis import strategies as st

from ae.config import (
    Choice,
    Classes,
    ModelConfig,
    Number,
    Rule,
    TrainingConfig,
    WholeNumber,
    Widths,
    settings,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=4,
)


def values_of(rule: Rule) -> st.SearchStrategy:
    """All values that a rule allows, but for widths, which are small: building takes no time."""
    if isinstance(rule, Choice):
        return st.sampled_from(rule.options)
    if isinstance(rule, WholeNumber):
        return st.integers(rule.least, rule.most)
    if isinstance(rule, Number):
        return st.floats(rule.least, rule.most, exclude_min=rule.above)
    if isinstance(rule, Classes):
        labels = st.integers(0, rule.largest)
        return st.lists(labels, max_size=rule.most, unique=True).map(tuple)
    return st.lists(st.integers(1, 6), min_size=rule.fewest, max_size=rule.most).map(tuple)


def values_by_name(record: type) -> dict[str, st.SearchStrategy]:
    return {name: values_of(setting.rule) for name, setting in settings(record).items()}


@st.composite
def model_configs(draw) -> ModelConfig:
    """Legal configs: what depends on the kind and on the number of poolings follows them."""
    values = {name: draw(strategy) for name, strategy in values_by_name(ModelConfig).items()}
    poolings = min(len(values["filters"]), 2)
    values["decoder_filters"] = draw(values_of(Widths(poolings, poolings + 3)))
    if values["kind"] != "conv":
        values["refinements"] = 0
    return ModelConfig(**values)


@st.composite
def training_configs(draw) -> TrainingConfig:
    """Legal configs: without validation images there is no early stopping."""
    values = {name: draw(strategy) for name, strategy in values_by_name(TrainingConfig).items()}
    if not values["validation_images"]:
        values["patience"] = 0
    return TrainingConfig(**values)
