"""Where pictures stand: a folder, or an S3-compatible store."""

from obstore.store import LocalStore, ObjectStore, from_url


def open_store(place: str) -> ObjectStore:
    """Open a blob store: a folder, made where it is missing, or `s3://bucket/prefix`."""
    if "://" in place:
        return from_url(place)
    return LocalStore(place, mkdir=True)


def object_name(digest: str) -> str:
    """Say where a picture stands in the blob store."""
    return f"pictures/{digest[:2]}/{digest}"
