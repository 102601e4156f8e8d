"""What can go wrong on the pages; each knows its status and its words."""

from collections.abc import Iterable


class DashboardError(Exception):
    """Something at the dashboard, in words for whoever runs it."""


class SettingsError(DashboardError):
    """Settings that cannot be used: all of them at once."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class FrontEndError(DashboardError):
    """The front end could not be built."""


class PersonUnknownError(DashboardError):
    """A sign-in link was asked for somebody who is not in the store."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"there is no person {person!r} in the store;"
            " is the inventory loaded (`wachtpost collector sync`)?"
        )
        self.person = person


class PageError(DashboardError):
    """A request that gets a page with one clear sentence.

    `key` names the sentence in the catalogues, `values` fill it. `mend` is what the
    person can do, as a key, or None.
    """

    status = 400
    key = "refused.form"

    def __init__(self, key: str | None = None, **values: str) -> None:
        self.key = key or type(self).key
        self.values = values
        super().__init__(self.key)


class NotSignedInError(PageError):
    """There is no session, or it has run out."""

    status = 401
    key = "refused.not_signed_in"


class LinkRefusedError(PageError):
    """A sign-in link that is used, expired or invented: the same words for each."""

    status = 403
    key = "refused.link"


class SlowDownError(PageError):
    """Too many links were refused from one origin."""

    status = 429
    key = "refused.slow_down"


class ForgedFormError(PageError):
    """The form does not come from a page that this session was given."""

    status = 403
    key = "refused.forged"


class NotFoundError(PageError):
    """There is nothing there, or nothing that this person may see: no difference."""

    status = 404
    key = "refused.not_found"


class TooLargeError(PageError):
    """More was sent than any form holds."""

    status = 413
    key = "refused.too_large"


class TooLateError(PageError):
    """Somebody else was first, or the incident has moved on."""

    status = 409
    key = "refused.too_late"


class FieldError(PageError):
    """A field of a form holds what it cannot hold."""

    status = 422
    key = "refused.field"


class AwayError(PageError):
    """The store cannot be reached: nothing can be said about any place."""

    status = 503
    key = "refused.away"
