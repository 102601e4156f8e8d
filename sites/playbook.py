"""A playbook: who does what about an incident, in steps, per role."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from sites.words import Model, Role, Slug, Text

# What a step's text may name in braces: the `{place}` by its name or kit number, the
# control room's own `{reference}` of a kit, and the number of the `{incident}`.
VARIABLES = frozenset({"place", "reference", "incident"})
_BRACES = re.compile(r"\{([^{}]*)\}")


def variables(text: Text) -> frozenset[str]:
    """Give all that a text names in braces, known or not; a stray brace is one too."""
    found: set[str] = set()
    for said in (text.nl, text.en):
        found |= set(_BRACES.findall(said))
        found |= set(re.findall(r"[{}]", _BRACES.sub("", said)))
    return frozenset(found)


def filled(text: Text, values: Mapping[str, Text]) -> Text:
    """Put the values in the place of their names; what has no value stays as it is."""

    def fill(language: Literal["nl", "en"]) -> str:
        return _BRACES.sub(
            lambda found: str(getattr(values.get(found[1]), language, found[0])),
            getattr(text, language),
        )

    return Text.model_construct(nl=fill("nl"), en=fill("en"))


class Step(Model):
    """One thing that one role does; see VARIABLES for what its text may name.

    `applies` narrows a step to a loud or a silent panic. `rings` marks a step that
    makes a telephone ring at the place itself: never after a silent panic.
    """

    id: Slug
    role: Role
    text: Text
    mandatory: bool = False
    applies: Literal["always", "loud", "silent"] = "always"
    rings: bool = False


class Playbook(Model):
    """The steps for one sort of incident; `version` goes up when they change."""

    id: Slug
    title: Text
    version: Annotated[int, Field(ge=1)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def steps_for(self, role: Role, *, silent: bool) -> tuple[Step, ...]:
        """Give the steps of one role, for a silent or a loud occasion.

        Duress is a silent occasion; all that is not panic or duress is a loud one.
        """
        shut_out = "loud" if silent else "silent"
        return tuple(
            step
            for step in self.steps
            if step.role == role and step.applies != shut_out
        )
