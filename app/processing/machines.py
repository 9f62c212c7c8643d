"""Software that shows no key of ours: by the token of an issuer, or by the certificate that a proxy checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import structlog

from app.domain.principal import Principal, Recht, Wijze
from app.domain.refusals import NotAuthenticated
from app.processing.certificates import Certificate, shown_certificate
from app.processing.jwt import refuse_token
from app.processing.keys import PREFIX
from app.processing.runtime import Runtime
from app.processing.toegang import GENERIC, Aanmelding, Identify, identified
from app.processing.tokens import TokenIssuer, holder_of

log = structlog.get_logger(__name__)

Register: TypeAlias = Callable[[Runtime, Aanmelding, Wijze, str], Principal | None]
"""Who is known by a kenmerk; None: nobody. NotAuthenticated: somebody, who does not get in now or from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByToken:
    """The way in with a JWT. `certificates`: whether certificates are believed, to which a token may be bound."""

    issuers: Mapping[str, TokenIssuer]
    register: Register
    certificates: bool = False

    def __call__(self, runtime: Runtime, aanmelding: Aanmelding, /) -> Principal | None:
        """Who the client of the token is in the register, with the rights that both grant; raises TokenInvalid."""
        bearer = aanmelding.bearer
        if bearer is None or bearer.startswith(PREFIX):
            return None
        holder = holder_of(bearer, self.issuers, now=runtime.now())
        if holder.certificate is not None and holder.certificate != self._fingerprint(runtime, aanmelding):
            refuse_token("certificate")
        try:
            found = self.register(runtime, aanmelding, Wijze.TOKEN, holder.kenmerk)
        except NotAuthenticated:
            found = None
        if found is None:
            refuse_token("register")
        return replace(found, rechten=_of_both(found.rechten, holder.rechten), wijze=Wijze.TOKEN)

    def _fingerprint(self, runtime: Runtime, aanmelding: Aanmelding) -> str | None:
        shown = shown_certificate(aanmelding, believed=self.certificates, now=runtime.now())
        return shown.fingerprint if shown else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByCertificate:
    """The way in with a certificate. It comes first: a header that is made up keeps out whoever shows a key as well.

    `believed`: whether proxies remove the header from what callers send. `beside`: the ways to be known by what comes
    with the certificate, which must then be the same party.
    """

    believed: bool
    register: Register
    beside: Sequence[Identify] = ()

    def __call__(self, runtime: Runtime, aanmelding: Aanmelding, /) -> Principal | None:
        """Who holds the certificate; raises NotAuthenticated."""
        certificate = shown_certificate(aanmelding, believed=self.believed, now=runtime.now())
        if certificate is None:
            return None
        holder = self._holder(runtime, aanmelding, certificate)
        if aanmelding.bearer is None:
            return holder
        other = identified(runtime, self.beside, aanmelding)
        if _party(other) != _party(holder):
            log.warning("client_certificate_refused", reden="party")
            raise NotAuthenticated(GENERIC)
        return replace(other, rechten=_of_both(other.rechten, holder.rechten))

    def _holder(self, runtime: Runtime, aanmelding: Aanmelding, certificate: Certificate) -> Principal:
        # One certificate that was revoked stays out, also when its organisation is known by its OIN.
        for kenmerk in (certificate.fingerprint, certificate.oin):
            if kenmerk and (found := self.register(runtime, aanmelding, Wijze.CERTIFICAAT, kenmerk)):
                return replace(found, wijze=Wijze.CERTIFICAAT)
        log.warning("client_certificate_refused", reden="register")
        raise NotAuthenticated(GENERIC)


def _party(principal: Principal) -> tuple[object, ...]:
    return principal.rol, principal.gemeenten, principal.aanbieders


def _of_both(one: frozenset[Recht] | None, other: frozenset[Recht] | None) -> frozenset[Recht] | None:
    """What both grant; None grants everything that the role may have."""
    if one is None or other is None:
        return one if other is None else other
    return one & other
