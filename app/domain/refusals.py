"""What the service says no to. A refusal knows no HTTP; its text holds no personal data."""

from __future__ import annotations

from app.domain.retour import Finding


class Refusal(Exception):
    """A request that is declined; the docstring of each kind is its title."""

    def __init__(self, detail: str, *, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.findings = findings


class UnreadableBericht(Refusal):
    """The body is not a message that can be read"""


class RejectedBericht(Refusal):
    """The message breaks rules and was not processed"""


class DifferentBericht(Refusal):
    """Another message with this identification was received before"""


class BerichtWasDeleted(Refusal):
    """This message was processed before, and deleted since"""


class DifferentRequest(Refusal):
    """Another request with this Idempotency-Key was received before"""


class SenderNotAllowed(Refusal):
    """This key may not send for that party"""


class RoleNotAllowed(Refusal):
    """This key may not do that"""


class RightNotGranted(Refusal):
    """This credential was not given the right that this needs"""


class TooManyRequests(Refusal):
    """More was asked than is allowed; after `retry_after` seconds it may be asked again"""

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class TooLarge(Refusal):
    """The body is too large"""


class MediaTypeNotSupported(Refusal):
    """This media type is not supported"""


class NotAuthenticated(Refusal):
    """A valid key is needed"""


class TokenInvalid(NotAuthenticated):
    """A valid token is needed"""


class IssuerUnavailable(Refusal):
    """Whether a token is valid cannot be told now"""


class NothingToDo(Refusal):
    """There is nothing to do again"""


class NotFound(Refusal):
    """There is nothing here"""


class InvalidInput(Refusal):
    """The input is not valid"""


class InrichtingInvalid(Refusal):
    """The inrichting holds errors"""
