"""A real OpenID Connect provider (panva's oidc-provider, of npm) for the tests."""

import asyncio
import fcntl
import json
import os
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from dashboard.errors import FrontEndError
from dashboard.front import find_node
from tests.servers.errors import ServerDidNotStart, ServerMissing

HERE = Path(__file__).parent / "oidc"
CLIENT = "wachtpost"
SECRET = "not a secret: the provider of the tests has it too"  # noqa: S105  # see there
START_S = 30

People = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class OidcProvider:
    """A running provider."""

    issuer: str

    async def say(self, people: People) -> None:
        """Let other people be in other groups from now on."""
        async with httpx.AsyncClient() as client:
            await client.post(f"{self.issuer}/people", json=people)

    async def sign_in(self, client: httpx.AsyncClient, way: str, person: str) -> str:
        """Go the way of a browser in which somebody signs in; gives where it leads."""
        for _ in range(9):
            answer = await client.get(way)
            if answer.status_code == httpx.codes.OK:
                way = f"{answer.url}?login_as={person}"
                continue
            way = str(answer.url.join(answer.headers["location"]))
            if not way.startswith(self.issuer):
                return way
        raise AssertionError(f"the provider led nowhere: {way}")


def install() -> Path:
    """Install what the provider needs, once; give Node.

    Raises:
        ServerMissing: there is no Node, or npm did not get it.
    """
    try:
        node, npm = find_node()
    except FrontEndError as error:
        raise ServerMissing("oidc-provider", str(error)) from None
    with (HERE / "package.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (HERE / "node_modules" / "oidc-provider").is_dir():
            path = os.pathsep.join((str(node.parent), os.environ["PATH"]))
            done = subprocess.run(
                [*npm, "ci", "--loglevel=error"],
                cwd=HERE,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise ServerMissing("oidc-provider", done.stderr[-500:])
    return node


@asynccontextmanager
async def running(back: str, people: People) -> AsyncIterator[OidcProvider]:
    """Run a provider for one client, to which people come `back`."""
    node = await asyncio.to_thread(install)
    given = {"client": CLIENT, "secret": SECRET, "back": back, "people": people}
    process = await asyncio.create_subprocess_exec(
        str(node),
        str(HERE / "server.mjs"),
        json.dumps(given),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(START_S):
            async for line in process.stdout:
                said.append(line.decode().strip())
                if said[-1].startswith("http"):
                    break
            else:
                raise ServerDidNotStart("oidc-provider", said)
        yield OidcProvider(said[-1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
