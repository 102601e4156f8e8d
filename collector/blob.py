"""Where pictures stand: a folder, or an S3-compatible store."""

import re

from obstore.store import LocalStore, ObjectStore, from_url

ROOM = "pictures"
_NAME = re.compile(rf"{ROOM}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")


def open_store(place: str) -> ObjectStore:
    """Open a blob store: a folder, made where it is missing, or `s3://bucket/prefix`."""
    if "://" in place:
        return from_url(place)
    return LocalStore(place, mkdir=True)


def object_name(digest: str) -> str:
    """Say where a picture stands in the blob store."""
    return f"{ROOM}/{digest[:2]}/{digest}"


def digest_of(name: str) -> str | None:
    """Say which picture stands there; None where that is no place of one."""
    found = _NAME.fullmatch(name)
    return found and found[2]
