"""E-mail against a real SMTP server, in all its moods."""

import asyncio
import socket
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from collector.notify.channel import Letter
from collector.notify.email import Email, EmailSettings
from collector.notify.errors import NotAcceptedError
from tests.incident.post_office import PostOffice, open_office

LETTER = Letter(
    message=17,
    to="desk@noord.example",
    subject="Spoed: incident 2071, actie nodig",
    text="Doe nu: vraag de coördinator.\n",
    urgent=True,
)


def settings(office: PostOffice) -> EmailSettings:
    return EmailSettings(
        host="127.0.0.1",
        port=office.port,
        sender="wachtpost@dienst.example",
        security="none",
        timeout_s=5,
    )


async def send(office: PostOffice, letter: Letter = LETTER) -> None:
    await Email(settings(office)).send(letter)


async def refused(where: EmailSettings, letter: Letter = LETTER) -> NotAcceptedError:
    with pytest.raises(NotAcceptedError) as caught:
        await Email(where).send(letter)
    return caught.value


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a self-signed certificate for loopback, with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(  # our own command
        [  # wherever the machine keeps openssl
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


async def test_the_server_gets_the_letter_as_it_was_written():
    async with open_office() as office:
        await send(office)

    (message,) = office.accepted
    assert message["To"] == "desk@noord.example"
    assert message["From"] == "wachtpost@dienst.example"
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == "<wachtpost-17@dienst.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Importance"] == "high"
    assert message.get_content().replace("\r\n", "\n") == LETTER.text


async def test_only_urgent_letters_are_marked_so():
    async with open_office() as office:
        await send(office, replace(LETTER, urgent=False))

    assert office.accepted[0]["Importance"] is None


async def test_the_name_of_this_machine_stays_here():
    async with open_office() as office:
        await send(office)

    assert office.hellos == ["dienst.example"]
    assert socket.gethostname() not in office.accepted[0].as_string()


@pytest.mark.parametrize(
    ("recipient", "data", "trouble", "retry"),
    [
        ("450 mailbox busy", "250 OK", "refused 450", True),
        ("550 no such user", "250 OK", "refused 550", False),
        ("250 OK", "451 try later", "refused 451", True),
        ("250 OK", "552 too large", "refused 552", False),
    ],
)
async def test_a_refusal_says_whether_to_try_again(recipient, data, trouble, retry):
    async with open_office() as office:
        office.recipient, office.data = recipient, data
        error = await refused(settings(office))

    assert (error.trouble, error.retry) == (trouble, retry)
    assert office.accepted == []


async def test_a_refusal_does_not_repeat_the_address():
    async with open_office() as office:
        office.recipient = "550 <desk@noord.example> is unknown"
        error = await refused(settings(office))

    assert str(error) == "email: not accepted (refused 550), for good"


async def test_a_server_that_hangs_is_given_up_in_time():
    async with open_office() as office:
        office.hold = asyncio.Event()
        error = await refused(replace(settings(office), timeout_s=0.2))

    assert (error.trouble, error.retry) == ("timeout", True)


async def test_a_server_that_dies_in_the_middle_of_the_data_is_tried_again():
    async with open_office() as office:
        office.dies = True
        error = await refused(settings(office))

    assert (error.trouble, error.retry) == ("connection lost", True)
    assert office.accepted == []


async def test_a_server_that_is_away_is_tried_again():
    async with open_office() as office:
        pass
    error = await refused(settings(office))

    assert (error.trouble, error.retry) == ("server away", True)


async def test_what_is_no_address_is_not_tried_again():
    async with open_office() as office:
        error = await refused(settings(office), replace(LETTER, to="nobody at all"))

    assert not error.retry
    assert office.accepted == []


async def test_a_letter_cannot_bring_lines_of_its_own_into_the_header():
    async with open_office() as office:
        evil = replace(LETTER, subject="Spoed\r\nBcc: all@noord.example")
        error = await refused(settings(office), evil)

    assert not error.retry
    assert office.accepted == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_letter_goes_encrypted(tls, certificate, security):
    start = security == "tls"
    async with open_office(tls, from_the_start=start) as office:
        where = replace(
            settings(office), security=security, ca_file=certificate / "cert.pem"
        )
        await Email(where).send(LETTER)

    assert office.encrypted == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_with_a_strange_certificate_gets_no_letter(tls, security):
    start = security == "tls"
    async with open_office(tls, from_the_start=start) as office:
        error = await refused(replace(settings(office), security=security))

    assert error.retry
    assert office.accepted == []


async def test_a_server_without_starttls_gets_no_letter():
    async with open_office() as office:
        error = await refused(replace(settings(office), security="starttls"))

    assert error.retry
    assert office.accepted == []


async def test_we_sign_in_where_the_server_asks_who_we_are(tls, certificate):
    async with open_office(tls, asks_who=True) as office:
        where = replace(
            settings(office),
            security="starttls",
            ca_file=certificate / "cert.pem",
            username="wachtpost",
            password="secret",  # noqa: S106  # of the test's own server
        )
        await Email(where).send(LETTER)
        error = await refused(replace(where, password="wrong"))  # noqa: S106  # as said

    assert len(office.accepted) == 1
    assert (error.trouble, error.retry) == ("entry refused 535", True)


def test_the_password_is_in_nothing_that_is_printed():
    where = EmailSettings("localhost", 25, "a@b.example", password="secret")  # noqa: S106  # the point

    assert "secret" not in repr(where)
