"""The names, addresses and sizes that the StUF-GGk 2.1 envelope prescribes."""

from __future__ import annotations

from typing import Final

GGK: Final = "http://www.stufstandaarden.nl/koppelvlak/ggk0210"
STUF: Final = "http://www.egem.nl/StUF/StUF0301"
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"

HEENBERICHT: Final = f"{{{GGK}}}envelopHeenbericht-ggk_Di01"
RETOUR: Final = f"{{{GGK}}}envelopRetourbericht-ggk_Du01"
FOUTBERICHT: Final = f"{{{STUF}}}Fo01Bericht"
ONTVANGSTBEVESTIGING: Final = f"{{{STUF}}}Bv03Bericht"
FO03: Final = f"{{{STUF}}}Fo03Bericht"

ROOTS: Final = (HEENBERICHT, RETOUR, FOUTBERICHT, ONTVANGSTBEVESTIGING, FO03)
"""The elements that ggk0210 puts in a SOAP body."""

SOAP_ACTIONS: Final = {
    HEENBERICHT: f"{GGK}/ggk_Di01",
    RETOUR: f"{GGK}/ggk_Du01",
    FOUTBERICHT: f"{STUF}/Fo01",
}
"""What a request says in its SOAPAction, by the element in its body."""

MOST_BYTES_OUT: Final = 25_000_000
"""The largest envelope that is sent, base64 included: "25 MB" in its smallest meaning."""

MOST_BYTES_IN: Final = 26_214_400
"""The largest SOAP body that is read: "25 MB" in its largest meaning."""

GGK_APPLICATIE: Final = "GGk"
"""The applicatie of the receiver in whatever goes into the chain."""
