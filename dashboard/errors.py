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


class PersonOfProviderError(DashboardError):
    """A sign-in link was asked for somebody whom a group made."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"{person!r} was made by a group of the identity provider and comes in"
            " by that alone; name him in the inventory to give him a link"
        )
        self.person = person


class UnreadableError(DashboardError):
    """What was looked for can be no number and no day: there is no such thing."""

    def __init__(self, said: str) -> None:
        super().__init__(f"{said!r} is no number of an incident, and no day")


class PageError(DashboardError):
    """A request that gets a page with one clear sentence.

    `key` names the sentence in the catalogues, `values` fill it. `way` is where the
    person goes on from there.
    """

    status = 400
    key = "refused.form"
    noted = False  # whether it stands in the audit chain already
    way = "/"

    def __init__(self, key: str | None = None, **values: str) -> None:
        self.key = key or type(self).key
        self.values = values
        super().__init__(self.key)


class NotSignedInError(PageError):
    """There is no session, or it has run out."""

    status = 401
    key = "refused.not_signed_in"
    way = "/sign-in"


class WallOnlyError(PageError):
    """This browser hangs on a wall: it shows that page, and takes no decision."""

    status = 403
    key = "refused.wall_only"
    way = "/sign-in"


class LinkRefusedError(PageError):
    """A sign-in link that is used, expired or invented: the same words for each."""

    status = 403
    key = "refused.link"


class PasskeyRefusedError(PageError):
    """A passkey whose answer is not right in any way: the same words for each."""

    status = 403
    key = "refused.passkey"


class NoPasskeysError(PageError):
    """This address has no domain, so no passkey can belong to it."""

    status = 404
    key = "refused.no_passkeys"


class EnrolFirstError(PageError):
    """Who came by a link makes a passkey before anything else."""

    status = 403
    key = "refused.enrol_first"
    way = "/passkeys"


class ConfirmFirstError(PageError):
    """What was asked for needs a passkey that was used a moment ago."""

    status = 403
    key = "refused.confirm_first"
    way = "/confirm"


class LinkFirstError(PageError):
    """It needs a fresh proof, and this person has no passkey to give it with."""

    status = 403
    key = "refused.link_first"


class ProviderRefusedError(PageError):
    """Whom the identity provider names is not let in: the same words for each why."""

    status = 403
    key = "refused.provider"
    way = "/sign-in"


class ProviderAwayError(PageError):
    """The identity provider does not answer as it should; `why` is for the log."""

    status = 503
    key = "refused.provider_away"
    way = "/sign-in"

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class SlowDownError(PageError):
    """Too much was refused from one origin."""

    status = 429
    key = "refused.slow_down"


class TooManyLooksError(PageError):
    """More kits, cases or exports than anybody needs within an hour."""

    status = 429
    key = "refused.too_many_looks"
    noted = True


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
