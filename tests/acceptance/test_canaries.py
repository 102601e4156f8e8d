"""Nothing that must stay secret is said by anything, whatever goes wrong.

A whole run, real programs all of it, in which each secret is planted as a word that
can be found again: passwords, keys, links, sessions, addresses. Everything that can
refuse does: the post office quotes whom it refuses, a camera wants another password,
connections to the database are cut, a view is gone, links and cookies are wrong,
rubbish comes in. Then all that was said is searched, and the store as well.
"""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import cv2
import httpx
import numpy as np
import psycopg
import pytest
from paho.mqtt import publish
from psycopg import sql

from collector.__main__ import SEALING_FILE, SIGNING_FILE
from collector.settings import PREFIX
from dashboard.front import build
from edge.camera.scene_film import RATE, SceneFilm
from sites.keys import key_text, private_key, signing_key
from tests.collector.databases import Role
from tests.collector.process import ROOT, Process
from tests.collector.setting import Setting, with_key
from tests.collector.waiting import until
from tests.dashboard.house import TOKEN, Guest
from tests.edge.collector_side import DEVICE_KEY
from tests.edge.device_home import make_home, site_file
from tests.incident.post_office import PostOffice, open_office
from tests.notify.gateway import open_gateway
from tests.servers import rtsp
from tests.servers.mosquitto import Broker
from tests.servers.need import needed
from tests.servers.process import free_port
from tests.servers.rtsp import Manner

pytestmark = pytest.mark.timeout(300)

SECONDS = 60.0
DATABASE, SMTP, CAMERA = "kanarie-databank", "kanarie/post", "kanarie/camera"
SMS, NUMBER = "kanarie-poort", "+447700900001"
MAIL, STREET, VISITOR = "kanarie-post.example", "Kanariestraat", "203.0.113.77"
RUBBISH = f"rommel van {STREET} 12".encode()
PERSON = "duinland-coordinator"
PAGES = "WACHTPOST_DASHBOARD_"
WATCHDOG = "WACHTPOST_WATCHDOG_"
CONTACTS = "seconds,sensor,state\n3,4,pressed\n5,1,open\n8,1,closed\n60000,1,open\n"
TABLES = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'store' and c.relkind in ('r', 'p') order by 1"""
CUT = """
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()"""

Url = Callable[[Role], str]
Owner = psycopg.Connection[tuple[object, ...]]


@dataclass
class Run:
    """What runs, what is secret in it, and what was said so far, by whom."""

    folder: Path
    collector: Setting
    pages: Process
    address: str
    office: PostOffice
    environment: dict[str, str]
    secrets: dict[str, str]
    agent: Process
    watchdog: Process
    said: dict[str, str] = field(default_factory=dict)

    def note(self, who: str, text: str) -> None:
        """Keep what somebody said."""
        self.said[who] = self.said.get(who, "") + text

    def log(self, who: str) -> str:
        """Give what one of the programs said so far."""
        return (self.folder / f"{who}.log").read_text("utf-8", "replace")

    def look_with_ps(self) -> None:
        """Take the command lines of all that runs here, as anybody may."""
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = place.read_bytes()
            except OSError:  # it ended while we looked
                continue
            self.note("ps", line.replace(b"\0", b" ").decode("utf-8", "replace"))

    def command(self, *words: str) -> str:
        """Run one of our commands to its end; give what it answered."""
        done = subprocess.run(
            [sys.executable, "-m", "wachtpost", *words],
            cwd=ROOT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        self.note(" ".join(words[:2]), done.stderr)
        return done.stdout


def with_password(url: str) -> str:
    """Put a password into a database's URL; the test's server asks for none."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{DATABASE}@{host}"))


def film(path: Path) -> Path:
    stills = islice(SceneFilm("made:1", RATE).stills(), 3 * RATE)
    pictures = (cv2.cvtColor(one.colours(), cv2.COLOR_YUV2BGR_I420) for one in stills)
    return rtsp.write_film(
        path, (cv2.resize(one, (320, 180)).astype(np.uint8) for one in pictures)
    )


def secret_file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def make_device(
    keys: Setting, folder: Path, device: str, ways: tuple[int, str]
) -> None:
    """Fill the folder of a station's device; its camera wants another password."""
    port, source = ways
    whole = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    views = [{"zone": 2, "area": whole}]
    cameras = [{"number": 7, "source": source, "views": views}]
    home = make_home(
        folder,
        port,
        site_file(device, cameras=cameras),
        contacts="contacts.csv",
        collector_seal=key_text(private_key(keys.read(SEALING_FILE)).public_key),
        collector_sign=key_text(signing_key(keys.read(SIGNING_FILE)).verify_key),
    )
    (home / "contacts.csv").write_text(CONTACTS)
    logins = f'[7]\nuser = "guard"\npassword = "{CAMERA}"\n'
    secret_file(home, "camera-logins.toml", logins)


def guard(folder: Path, database: str, office: PostOffice) -> Process:
    """Give the watchdog, with secrets of its own."""
    own = {
        f"{WATCHDOG}DATABASE_URL_FILE": database,
        f"{WATCHDOG}HEALTH": "127.0.0.1:0",
        f"{WATCHDOG}SMTP": f"smtp://127.0.0.1:{office.port}",
        f"{WATCHDOG}SMTP_PASSWORD_FILE": secret_file(folder, "smtp", SMTP),
        f"{WATCHDOG}TELL": f"guard@{MAIL}",
    }
    words = ["wachtpost", "collector", "watchdog"]
    return Process(words, folder / "watchdog.log", own)


@asynccontextmanager
async def furnished(
    url: Url, broker: Broker, folder: Path, source: str
) -> AsyncIterator[Run]:
    """Give the programs, not started yet, with all their secrets in files."""
    device = with_key(folder / "inventory", DEVICE_KEY)
    unit = folder / "inventory" / "units" / "duinland.yaml"
    unit.write_text(unit.read_text().replace("duinland.example", MAIL))
    async with open_office() as office, open_gateway() as gateway:
        office.recipient = f"550 <{MAIL}> is not known at {STREET}"
        setting = Setting(url, broker, folder)
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        databases = {
            one: secret_file(folder, one, with_password(url(one)))
            for one in ("wachtpost_collector", "wachtpost_dashboard")
        }
        del setting.environment[f"{PREFIX}DATABASE_URL"]
        setting.environment |= {
            f"{PREFIX}DATABASE_URL_FILE": databases["wachtpost_collector"],
            f"{PREFIX}INVENTORY": str(folder / "inventory"),
            f"{PREFIX}SMTP": f"smtp://127.0.0.1:{office.port}",
            f"{PREFIX}SMTP_PASSWORD_FILE": secret_file(folder, "smtp", SMTP),
            f"{PREFIX}SMS": gateway.url,  # which lets nobody in by that token
            f"{PREFIX}SMS_TOKEN_FILE": secret_file(folder, "sms", SMS),
        }
        setting.log = folder / "collector.log"
        setting.renew()
        own = {
            f"{PAGES}DATABASE_URL_FILE": databases["wachtpost_dashboard"],
            f"{PAGES}PORT": str(port),
            f"{PAGES}ADDRESS": address,
            f"{PAGES}KEY_FILE": str(folder / "dashboard.key"),
            f"{PAGES}BLOBS": str(folder / "blobs"),
        }
        pages = Process(["wachtpost", "dashboard", "run"], folder / "pages.log", own)
        watchdog = guard(folder, databases["wachtpost_collector"], office)
        secrets = {
            "the database's password": DATABASE,
            "the post's password": SMTP,
            "the gateway's token": SMS,
            "a telephone number": NUMBER,
            "the camera's password": CAMERA,
            "that password in an address": quote(CAMERA, safe=""),
            "a mail address": MAIL,
            "an address": STREET,
            "a visitor's address": VISITOR,
            "the device's key": key_text(DEVICE_KEY),
            "the sealing key": setting.read(SEALING_FILE).strip(),
            "the signing key": setting.read(SIGNING_FILE).strip(),
        }
        make_device(setting, folder / "device", device, (broker.port, source))
        words = ["wachtpost", "edge", "run", "--home", str(folder / "device")]
        agent = Process(words, folder / "edge.log")
        environment = setting.environment | own
        told = (setting, pages, address, office, environment, secrets)
        run = Run(folder, *told, agent, watchdog)
        try:
            yield run
        finally:
            for process in (agent, pages, watchdog, setting.process):
                process.kill()


async def visit(run: Run) -> Guest:
    """Sign a person in by a link; the link and the session are secret, too."""
    said = run.command("dashboard", "link", PERSON)
    link = said.strip().rpartition("/")[2]
    client = httpx.AsyncClient(
        base_url=run.address, headers={"x-forwarded-for": VISITOR}, timeout=30
    )
    guest = Guest(client)
    answer = await guest.sign_in(f"/sign-in/{link}")
    assert answer.status_code == 303, answer.text
    session = client.cookies["wachtpost"]
    await guest.learn_token()
    run.secrets |= {"a link": link, "a session": session, "a form's token": guest.token}
    return guest


async def refuse_everything(run: Run, guest: Guest, broker: Broker) -> None:
    """Send what is wrong, to every door."""
    link = run.secrets["a link"]
    page = await guest.get(f"/sign-in/{link}")
    again = await guest.client.post(
        "/sign-in", data={"token": TOKEN.findall(page.text)[0], "link": link}
    )
    assert again.status_code == 403, again.text
    wrong = {"token": guest.token, "to": STREET * 50, "sentence": MAIL * 900}
    for path, data in (
        ("/incident/1/resolve", wrong),
        ("/incident/99999999999999999999/take", wrong),
        ("/task/aside", wrong | {"at": STREET, "device": MAIL}),
        ("/sign-out", {"token": "x" * 70_000}),
    ):
        assert 400 <= (await guest.client.post(path, data=data)).status_code < 500
    stranger = {"cookie": f"wachtpost={SMTP}", "x-forwarded-for": VISITOR}
    assert (await guest.client.get("/", headers=stranger)).status_code in {200, 401}
    for channel in ("al", "up", "bl", "gone"):
        topic = f"wp/1/aaaaaaaaaaaaaaaa-1/{channel}"
        publish.single(topic, RUBBISH, qos=1, hostname="127.0.0.1", port=broker.port)


async def break_the_store(run: Run, guest: Guest, owner: Owner) -> None:
    """Cut every connection, and take away what the pages read."""
    owner.execute(CUT)
    await until(lambda: "notes.lost" in run.log("collector"), SECONDS)
    owner.execute("alter view seen.site rename to site_gone")
    try:
        assert (await guest.get("/")).status_code >= 500
    finally:
        owner.execute("alter view seen.site_gone rename to site")
    owner.execute("alter table store.event rename to event_gone")
    try:
        await until(lambda: "frame.unsettled" in run.log("collector"), SECONDS)
    finally:
        owner.execute("alter table store.event_gone rename to event")


def in_the_store(owner: Owner) -> str:
    """Give every row of every table as text, but for what was set aside as it came.

    Where people are told is kept, and nothing else of them: that column is left out.
    """
    rows = []
    for (table,) in owner.execute(TABLES).fetchall():
        name = sql.Identifier(str(table))
        taken = "- 'tell'" if table == "person" else "- 'raw'"
        question = sql.SQL("select (to_jsonb(t) {})::text from store.{} t").format(
            sql.SQL(taken), name
        )
        rows += [str(row[0]) for row in owner.execute(question).fetchall()]
    return "\n".join(rows)


async def live(run: Run, broker: Broker, owner: Owner) -> None:
    """Have everything run, go wrong, come back and end."""
    inventory = str(run.folder / "inventory")
    run.note("sync", run.command("collector", "sync", "--inventory", inventory))
    await run.collector.start()
    run.pages.start()
    run.watchdog.start()
    await until(lambda: is_open(run.address), SECONDS)
    run.agent.start()
    guest = await visit(run)
    await until(lambda: "message.given_up" in run.log("collector"), SECONDS)
    await until(lambda: "camera.lost" in run.log("edge"), SECONDS)
    run.look_with_ps()
    await refuse_everything(run, guest, broker)
    await break_the_store(run, guest, owner)
    await until(lambda: run.collector.ask("/healthz")[0] == 200, SECONDS)
    run.note("health", run.collector.ask("/healthz")[1])
    run.note("metrics", run.collector.ask("/metrics")[1])
    run.note("metrics", (await guest.get("/metrics")).text)
    home = str(run.folder / "device")
    run.note("status", run.command("edge", "status", "--home", home))
    run.note("retention", run.command("collector", "verify-retention"))
    run.look_with_ps()
    await guest.client.aclose()
    for process in (run.agent, run.pages, run.watchdog, run.collector.process):
        assert await asyncio.to_thread(process.stop) in {
            0,
            -signal.SIGTERM,
        }  # the pages end as told


async def test_no_secret_is_said_by_anything_whatever_goes_wrong(
    database_url: Url, owner: Owner, private_broker: Broker, tmp_path: Path
):
    build()
    manner = Manner(auth="basic", login=("guard", "another"))
    with needed(), rtsp.started(film(tmp_path / "film"), manner) as camera:
        async with furnished(
            database_url, private_broker, tmp_path, camera.source
        ) as run:
            await live(run, private_broker, owner)
            assert run.office.attempts > 0
    for who in ("collector", "pages", "edge", "watchdog"):
        run.note(who, run.log(who))
    run.note("store", in_the_store(owner))
    assert "message.given_up" in run.said["collector"]
    assert "request.failed" in run.said["pages"]
    assert "panic" in run.said["store"]
    found = {
        (who, what)
        for who, text in run.said.items()
        for what, secret in run.secrets.items()
        if secret in text
    }
    assert found == set()


def is_open(address: str) -> bool:
    """Say whether the pages are served."""
    try:
        return httpx.get(f"{address}/healthz").is_success
    except httpx.HTTPError:
        return False
