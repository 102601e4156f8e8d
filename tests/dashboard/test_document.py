"""Whatever anybody sends to whichever route: no fault of ours, no row of others.

Requests are drawn by schemathesis from the OpenAPI document of the pages, as somebody
of another unit sends them, who knows the ids of what is not his; and as a stranger.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.dashboard.house import Guest, House
from tests.dashboard.test_walls import SECRETS, Objects, objects
from tests.dashboard.town import HAVEN, KIT, OUTSIDER, OWNER

__all__ = ["objects"]

FORM = "application/x-www-form-urlencoded"
EXAMPLES = 25
PATIENCE_S = 20
QUIETLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
ENDLESS = "/live/"  # these answers never end: who may see them is asked elsewhere
FIELDS = (
    "token", "link", "to", "step", "outcome", "sentence", "device", "sensor", "kind",
    "at", "language", "person", "name", "id", "reason", "site", "unit",
)  # fmt: skip


def ids_of(objects: Objects) -> dict[str, list[object]]:
    """Give the ids of what belongs to one unit, by the name of the parameter."""
    return {
        "incident": [objects.station, objects.kit],
        "site": [HAVEN, KIT],
        "digest": [objects.digest, objects.clip],
    }


def document(
    house: House, token: str, ids: dict[str, list[object]] | None = None
) -> dict[str, Any]:
    """Give the document; with `ids` these are all that it takes for one."""
    found: dict[str, Any] = deepcopy(house.app.openapi())
    ids = ids or {}
    fields: dict[str, Any] = {name: {"type": "string"} for name in FIELDS}
    fields["token"] = {"enum": [token, "0" * 64]}
    form = {"schema": {"properties": fields, "required": ["token"], "type": "object"}}
    for methods in found["paths"].values():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in ids:
                    parameter["schema"] = {"enum": ids[parameter["name"]]}
            if method == "post" and "requestBody" not in operation:
                operation["requestBody"] = {"content": {FORM: form}}
    return found


def operations(text: dict[str, Any]) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for result in schemathesis.openapi.from_dict(text).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if not operation.path.startswith(ENDLESS):
            yield operation


def send_all(
    text: dict[str, Any], house: House, guest: Guest
) -> tuple[Counter[int], list[str]]:
    """Send what is drawn for each operation; count answers, tell what went wrong."""
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    for operation in operations(text):

        @QUIETLY
        @given(case=operation.as_strategy())
        def sent(case: Any) -> None:
            session = requests.Session()
            session.cookies.update(dict(guest.client.cookies))
            answer = case.call(
                base_url=house.address,
                session=session,
                # In another kind of browser the session would end.
                headers={"User-Agent": guest.client.headers["user-agent"]},
                timeout=PATIENCE_S,
                allow_redirects=False,
            )
            statuses[answer.status_code] += 1
            seen = [secret for secret in SECRETS if secret in answer.text]
            if answer.status_code >= 500 or seen:
                wrong.append(f"{case.method} {case.path}: {answer.status_code} {seen}")

        sent()
    return statuses, wrong


@pytest.mark.timeout(300)
@pytest.mark.parametrize("person", [OUTSIDER, "auditor", None])
@pytest.mark.parametrize("knows", [True, False], ids=["knowing", "guessing"])
async def test_nothing_that_is_sent_breaks_a_page_or_shows_what_is_anothers(
    house: House, objects: Objects, person: str | None, *, knows: bool
):
    guest = await (house.guest(person) if person else house.stranger())
    text = document(house, guest.token, ids_of(objects) if knows else None)
    assert len(list(operations(text))) > 10
    statuses, wrong = await asyncio.to_thread(send_all, text, house, guest)
    # Who has which role is the auditor's to review; what anybody looked at is not.
    his = "200 ['duinland-desk']" if person == "auditor" else "nothing"
    assert [line for line in wrong if not line.endswith(his)] == []
    assert statuses[404 if person else 401] > EXAMPLES


async def test_what_is_anothers_would_be_found(house: House, objects: Objects):
    guest = await house.guest(OWNER)
    text = document(house, guest.token, ids_of(objects))
    text["paths"] = {"/site/{site}": text["paths"]["/site/{site}"]}
    _, wrong = await asyncio.to_thread(send_all, text, house, guest)
    assert any("Haven" in line for line in wrong)
