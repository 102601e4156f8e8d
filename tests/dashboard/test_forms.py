"""Bad input on every form: one clear sentence, and nothing changes."""

from collections.abc import AsyncIterator

import pytest

from dashboard.headers import BODY_BYTES
from tests.dashboard.house import Guest, House
from tests.dashboard.town import COLLEAGUE, OWNER


@pytest.fixture
async def incident(house: House) -> int:
    return await house.town.intrusion()


@pytest.fixture
async def guest(house: House) -> Guest:
    return await house.guest(OWNER)


REFUSED = [
    ("hand-over", {}, 422, "Een veld van dit formulier ontbreekt of klopt niet."),
    ("hand-over", {"to": "role:cso"}, 422, "is niet over te dragen"),
    ("hand-over", {"to": "person:veenrand-desk"}, 422, "is niet over te dragen"),
    ("hand-over", {"to": "person:"}, 422, "is niet over te dragen"),
    ("hand-over", {"to": "x" * 201}, 422, "ontbreekt of klopt niet"),
    ("tick", {}, 422, "ontbreekt of klopt niet"),
    ("tick", {"step": "no-such-step"}, 404, "heeft die stap niet"),
    ("tick", {"step": "a\0b"}, 422, "ontbreekt of klopt niet"),
    ("untick", {"step": "no-such-step"}, 404, "heeft die stap niet"),
    ("resolve", {"sentence": "x"}, 422, "Kies wat het was."),
    ("resolve", {"outcome": "boredom", "sentence": "x"}, 422, "Kies wat het was."),
    ("resolve", {"outcome": "real", "sentence": ""}, 422, "in hoogstens 500 tekens"),
    ("resolve", {"outcome": "real", "sentence": "x" * 501}, 422, "hoogstens 500"),
    ("resolve", {"outcome": "real", "sentence": "x" * 5000}, 422, "klopt niet"),
    ("resolve", {"outcome": "real", "sentence": "a\0b"}, 422, "klopt niet"),
    ("resolve", {"outcome": "real", "sentence": "x"}, 409, "Eerst deze verplichte"),
]


async def test_each_bad_field_gets_its_sentence(
    house: House, guest: Guest, incident: int
):
    before = await house.town.row("select jsonb_agg(i) as all from store.incident i")
    for verb, fields, status, sentence in REFUSED:
        answer = await guest.post(f"/incident/{incident}/{verb}", **fields)
        assert answer.status_code == status, (verb, fields)
        assert sentence in answer.text, (verb, fields)
    after = await house.town.row("select jsonb_agg(i) as all from store.incident i")
    assert before == after


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", str(2**63), "9" * 40])
async def test_a_number_that_is_none_finds_nothing(guest: Guest, number: str):
    assert (await guest.get(f"/incident/{number}")).status_code == 404
    assert (await guest.post(f"/incident/{number}/take")).status_code == 404


async def test_odd_addresses_find_nothing(guest: Guest):
    for path in (
        "/site/nowhere",
        f"/site/{'x' * 400}",
        "/site/%00",
        "/picture/none",
        f"/picture/{'0' * 64}",
        "/picture/..%2f..%2fetc%2fpasswd",
        "/static/../app.py",
        "/static/nothing.js",
        "/nothing",
        "/openapi.json",
        "/docs",
    ):
        answer = await guest.get(path)
        assert answer.status_code == 404, path
        assert "Hier is niets" in answer.text, path


async def test_the_wrong_method_finds_nothing(guest: Guest):
    assert (await guest.get("/incident/1/take")).status_code == 404
    assert (await guest.client.delete("/")).status_code == 404


async def test_a_form_without_this_sessions_token_is_refused(
    house: House, guest: Guest, incident: int
):
    colleague = await house.guest(COLLEAGUE)
    path = f"/incident/{incident}/take"
    for token in ("", "x", colleague.token, guest.token[:-1], guest.token + "0"):
        answer = await guest.client.post(path, data={"token": token})
        assert answer.status_code == 403
        assert "komt niet van een pagina van deze aanmelding" in answer.text
    assert (await guest.client.post(path)).status_code == 403
    assert (await guest.client.post(path, json={"token": guest.token})).status_code in {
        403,
        422,
    }


async def test_the_token_of_an_earlier_session_is_worth_nothing(
    house: House, guest: Guest, incident: int
):
    again = await house.guest(OWNER)
    answer = await again.client.post(
        f"/incident/{incident}/take", data={"token": guest.token}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_of_another_site_is_refused(
    guest: Guest, incident: int, headers: dict[str, str]
):
    answer = await guest.client.post(
        f"/incident/{incident}/take", data={"token": guest.token}, headers=headers
    )
    assert answer.status_code == 403


async def test_too_much_is_refused_whether_or_not_it_says_its_length(
    guest: Guest, incident: int
):
    path = f"/incident/{incident}/resolve"
    big = "x" * (BODY_BYTES + 1)

    async def unsaid() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"sentence=" + b"y" * (BODY_BYTES // 5) + b"&"

    form = {"content-type": "application/x-www-form-urlencoded"}
    said = await guest.post(path, sentence=big)
    chunked = await guest.client.post(path, content=unsaid(), headers=form)
    for answer in (said, chunked):
        assert answer.status_code == 413
        assert "Er is meer verzonden dan een formulier kan bevatten." in answer.text


async def test_files_fields_twice_and_too_many_fields_are_refused(
    guest: Guest, incident: int
):
    path = f"/incident/{incident}/tick"
    token = {"token": guest.token}
    file = await guest.client.post(path, data=token, files={"step": b"x"})
    twice = await guest.client.post(path, data={**token, "step": ["a", "b"]})
    odd = await guest.client.post(
        path,
        content=b"\xff\xfe",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert (file.status_code, twice.status_code) == (422, 422)
    assert odd.status_code in {403, 422}


async def test_a_language_that_we_do_not_speak_is_refused(guest: Guest):
    answer = await guest.post("/language", language="fr")
    assert answer.status_code == 422


async def test_htmx_gets_the_sentence_alone_in_its_place(guest: Guest, incident: int):
    answer = await guest.client.post(
        f"/incident/{incident}/tick",
        data={"token": guest.token, "step": "no-such-step"},
        headers={"hx-request": "true"},
    )
    assert answer.headers["hx-reswap"] == "none"  # it swaps itself, out of band
    assert "<html" not in answer.text
    assert "heeft die stap niet" in answer.text


async def test_the_refusal_is_in_the_persons_language(house: House):
    guest = await house.guest(OWNER)
    await guest.post("/language", language="en")
    answer = await guest.get("/nothing")
    assert "There is nothing here" in answer.text


async def test_text_of_people_cannot_become_markup(
    house: House, guest: Guest, incident: int
):
    await house.town.pen.execute("update store.incident_step set mandatory = false")
    attack = "<script>alert(1)</script>"
    answer = await guest.post(
        f"/incident/{incident}/resolve", outcome="false", sentence=attack
    )
    assert answer.status_code == 303
    page = (await guest.get(f"/incident/{incident}")).text
    assert attack not in page
    assert "&lt;script&gt;" in page
