"""A playbook: who does what about an incident, in steps, per role."""

from typing import Annotated, Literal

from pydantic import Field

from sites.words import Model, Role, Slug, Text


class Step(Model):
    """One thing that one role does.

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
