"""What the verifier knows of the store: every table, and how old its rows may grow.

Written down once more on purpose: whoever forgets rows and whoever checks it must not
be wrong together. A table that is missing here is a finding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PolicyDays = Literal["events_days", "station_pictures_days"]
THREE_YEARS = 1097  # days, with the day that a pass may be late


@dataclass(frozen=True)
class Age:
    """How old rows may grow by some of their times: so many days, or by the policy.

    `most` bounds what the policy says.
    """

    columns: tuple[str, ...]
    days: int | PolicyDays
    most: int = 36_500


_RAW = Age(("at",), "events_days")
_ROLLED = Age(("bucket",), THREE_YEARS)

# None: what stands for the present, was declared, or goes with a row of another table.
KNOWN: Mapping[str, Age | None] = {
    "store.event": _RAW,
    "store.measurement": _RAW,
    "store.event_untimed": Age(("stored",), "events_days"),
    "store.frame_set_aside": Age(("stored",), "events_days", 30),
    "store.task_aside": Age(("done",), "events_days", 91),
    "store.picture": Age(("stored",), "station_pictures_days", 28),
    "store.picture_part": None,  # goes with its picture
    "store.incident": Age(("resolved",), THREE_YEARS),
    "store.incident_record": None,  # goes with its incident, as the next four do
    "store.incident_step": None,
    "store.incident_log": None,
    "store.message": None,
    "store.escalation": None,
    "store.roster_change": Age(("until",), THREE_YEARS),
    "store.watchdog": None,  # of the watchdogs that there are
    "store.signal": None,  # goes with its incident
    "store.receiver_line": None,  # one row an account
    "store.exercise": None,  # goes with its incident, or after as long
    "store.suppression": Age(("reported",), THREE_YEARS),
    "store.suppressed": None,  # goes with its window
    "store.measurement_hour": _ROLLED,
    "store.measurement_day": _ROLLED,
    "store.event_hour": _ROLLED,
    "store.event_day": _ROLLED,
    "store.lane_state": Age(("heard",), THREE_YEARS),
    "store.deaf": Age(("until",), THREE_YEARS),
    "store.listener": None,  # of the collectors that there are
    "store.gap": None,  # goes with its lane
    "store.clock_jump": None,  # goes with the lanes of its run
    "store.clock_lag": Age(("worked",), 2),
    "store.certificate": Age(("until",), 92),
    "store.renewal": None,  # one row a path
    "store.turn": Age(("heard",), 32),
    "store.clone": Age(("cleared",), THREE_YEARS),
    "store.command": Age(("expires",), THREE_YEARS),
    "store.rollup_dirty": Age(("marked",), 2),
    "store.sign_in_link": Age(("expires", "used"), 2),
    "store.session": Age(("expires", "ended"), 2),
    "store.sign_in_refusal": Age(("at",), 2),
    "store.audit": Age(("at",), THREE_YEARS),
    "store.audit_head": None,  # hashes; goes with its entries
    "store.attention": Age(("at",), THREE_YEARS),
    "store.notice": None,  # goes with what it tells of
    "store.right_review": Age(("at",), THREE_YEARS),
    "store.challenge": Age(("expires",), 2),
    "store.reach": None,  # one row a person and channel
    "store.push_subscription": None,  # its person's, until signed out
    "store.passkey": None,  # its person's, until revoked
    "store.device_state": None,  # one row a device
    "store.path_state": None,
    "store.forgotten": None,  # one row a unit
    "store.keep_done": None,
    "store.keep_turn": None,  # one row a work
    "store.migration": None,
    "store.unit": None,  # the inventory, from its files
    "store.person": None,
    "store.site": None,
    "store.zone": None,
    "store.device": None,
    "store.sensor": None,
    "store.playbook": None,
}
