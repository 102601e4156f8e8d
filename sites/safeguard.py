"""A protection that was put in place, and what it is expected to change."""

from datetime import date
from typing import Literal

from sites.words import Model, Slug, Text

SafeguardKind = Literal[
    "lighting", "lock", "fence", "camera", "patrol", "procedure", "glazing"
]
Metric = Literal["incidents", "false_alarms", "motion_while_armed", "blind_hours"]


class Safeguard(Model):
    """Put in place on `since`; `metric` should move the way that `expects` says.

    `judge_on` is when a person looks whether it did.
    """

    id: Slug
    kind: SafeguardKind
    what: Text
    since: date
    judge_on: date
    metric: Metric
    expects: Literal["fewer", "more"]
