"""What should not be sent, and what the answer to it must say."""

from __future__ import annotations

from dataclasses import dataclass

from app.iwmo.releases import write
from tests import builders as a
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, P1, WRONG_BSN
from tests.e2e.notation import BASE, T1, D, line, message_301, message_303, toewijzing

UNKNOWN_GEMEENTE, UNKNOWN_AANBIEDER = "0999", "42429999"

NEW = write(message_301("A0100", "2019-05-14", toewijzing(1100, 5, toewijzingsdatum=T1.toewijzingsdatum)), "2.3")
CLAIM = message_303("F100", P1, "2019-06-20", line("R0100", 1001, P1, 850, 100, D(85000)))
CLAIM_XML = write(CLAIM, "2.3")


def changed(old: str, new: str, body: bytes = NEW) -> bytes:
    """The message with the first occurrence of a text replaced."""
    assert old.encode() in body
    return body.replace(old.encode(), new.encode(), 1)


@dataclass(frozen=True)
class Bad:
    """A body that is no message, and what the answer must say of it: words, and the line when there is one."""

    body: bytes
    says: str
    line: int | None = None


DTD = '<!DOCTYPE b [<!ENTITY x "lang">]>'
UNREADABLE = {
    "empty": Bad(b"", "leeg"),
    "not XML": Bad(b"Geachte mevrouw,\nhierbij de toewijzing.", "geen XML", 1),
    "JSON": Bad(b'{"bericht": 301}', "geen XML", 1),
    "truncated": Bad(NEW[: NEW.index(b"<wmo301:Client>")], "breekt af", 14),
    "cut within a tag": Bad(NEW[:-10], "breekt af", NEW.count(b"\n")),
    "Latin-1 bytes": Bad(NEW.replace(b"Testmans", "Testmäns".encode("latin-1")), "geen UTF-8", 22),
    "says Latin-1": Bad(changed("UTF-8", "ISO-8859-1"), "andere codering", 1),
    "UTF-16": Bad(NEW.decode().encode("utf-16"), "byte order mark", 1),
    "byte order mark": Bad(b"\xef\xbb\xbf" + NEW, "byte order mark", 1),
    "DTD": Bad(changed("<wmo301:Bericht", f"{DTD}<wmo301:Bericht"), "DOCTYPE", 2),
    "unknown namespace": Bad(changed("iwmo/2_3/wmo301/schema", "iwmo/2_3/wmo999/schema"), "release", 2),
    "unknown release": Bad(changed("iwmo/2_3/wmo301/schema", "iwmo/9_9/wmo301/schema"), "release 9.9", 2),
    "other XML": Bad(b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "namespace", 1),
    "no namespace": Bad(b"<Bericht/>", "namespace", 1),
    "another root": Bad(NEW.replace(b"wmo301:Bericht ", b"wmo301:Brief ").replace(b"wmo301:Bericht>", b"wmo301:Brief>"),
                        "Bericht", 2),
    "two messages": Bad(NEW + NEW[NEW.index(b"<wmo301") :], "Na het einde", None),
}  # fmt: skip


@dataclass(frozen=True)
class Wrong:
    """A message that breaks something: who posts it, the status, and the findings as (regel, retourcode, pad)."""

    body: bytes
    as_: str
    findings: tuple[tuple[str, str | None, str], ...]
    status: int = 400
    kind: str = "afgekeurd-bericht"


PRODUCT = "/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct[1]"
HEADER = "/Bericht/Header"
IDENTIFICATIE = f"{HEADER}/BerichtIdentificatie/Identificatie"
THREE_ERRORS = changed(
    "<wmo301:Geslacht>2", "<wmo301:Geslacht>7", changed("<iwmo:NaamGebruik>1", "<iwmo:NaamGebruik>9")
)
RETOUR = a.a_toewijzing_retour(
    header=a.a_retour_header(bericht_identificatie=a.an_identificatie(identificatie="NOOIT"))
)
RETOUR_304 = a.a_declaratie_retour()

REFUSED = {
    "XSD errors in a 301, all of them": Wrong(
        changed("<iwmo:Frequentie>3", "<iwmo:Frequentie>9", THREE_ERRORS),
        GEMEENTE,
        (
            ("XSD", None, "/Bericht/Client/Geslacht"),
            ("XSD", None, "/Bericht/Client/Naam/NaamGebruik"),
            ("XSD", None, f"{PRODUCT}/Omvang/Frequentie"),
        ),
    ),
    "XSD errors in a 303": Wrong(
        changed("<iwmo:Eenheid>82", "<iwmo:Eenheid>99", CLAIM_XML),
        AANBIEDER,
        (("XSD", None, "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]/IngediendeBedragPrestatie/Eenheid"),),
    ),
    "a date that cannot be meant": Wrong(
        changed("2019-05-20", "12019-05-20", CLAIM_XML),
        AANBIEDER,
        (("LEES", None, f"{HEADER}/DeclaratieFactuurIdentificatie/DeclaratiePeriode/Begindatum"),),
    ),
    "wrong bsn in a 301": Wrong(
        write(message_301("A0101", "2019-05-14", toewijzing(1101, 5), bsn=WRONG_BSN), "2.3"),
        GEMEENTE,
        (("CS002", "0001", "/Bericht/Client/Bsn"),),
    ),
    "unknown gemeente in a 301": Wrong(
        write(message_301("A0102", "2019-05-14", toewijzing(1102, 5), afzender=UNKNOWN_GEMEENTE), "2.3"),
        UNKNOWN_GEMEENTE,
        (("CS300", "S300", f"{HEADER}/Afzender"),),
    ),
    "unknown product in a 301": Wrong(
        write(message_301("A0103", "2019-05-14", toewijzing(1103, 5, product=a.a_product("02", "02X99"))), "2.3"),
        GEMEENTE,
        (("IWB-contract", None, f"{PRODUCT}/Product/Code"), ("CS329", "S329", f"{PRODUCT}/Product/Code")),
    ),
    "301 dated tomorrow": Wrong(
        write(message_301("A0104", "2019-06-21", toewijzing(1104, 5)), "2.3"),
        GEMEENTE,
        (("TR135", "8848", f"{HEADER}/BerichtIdentificatie/Dagtekening"),),
    ),
    "used identification with other bytes": Wrong(
        write(BASE[0], "2.3") + b"\n",
        GEMEENTE,
        (("TR056", "9056", IDENTIFICATIE),),
        status=409,
        kind="identificatie-niet-uniek",
    ),
    "302 for a 301 that does not exist": Wrong(
        write(RETOUR, "2.3"), AANBIEDER, (("IV028.1", None, IDENTIFICATIE),)
    ),
    "304 by the gemeente": Wrong(
        write(RETOUR_304, "2.3"),
        GEMEENTE,
        (("IV304.1", None, f"{HEADER}/DeclaratieFactuurIdentificatie/DeclarantFactuurNummer"),),
    ),
    "301 of another gemeente": Wrong(
        write(message_301("A0105", "2019-05-14", toewijzing(1105, 5)), "2.3"),
        UNKNOWN_GEMEENTE, (), status=403, kind="afzender-niet-toegestaan",
    ),
    "303 of another aanbieder": Wrong(CLAIM_XML, OTHER_AANBIEDER, (), status=403, kind="afzender-niet-toegestaan"),
    "303 by the gemeente": Wrong(CLAIM_XML, GEMEENTE, (), status=403, kind="afzender-niet-toegestaan"),
    "301 by an aanbieder": Wrong(NEW, AANBIEDER, (), status=403, kind="afzender-niet-toegestaan"),
}  # fmt: skip

FACTUURNUMMER = f"{HEADER}/DeclaratieFactuurIdentificatie/DeclarantFactuurNummer"
PRESTATIE = "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]"
WRONG_LINE = line("R0111", 1001, P1, 850, 100, D(85000), product_code="02X99")
ANSWERED = {
    "wrong bsn": Wrong(
        write(message_303("F110", P1, "2019-06-20", line("R0110", 1001, P1, 1, 100, D(100), bsn=WRONG_BSN)), "2.3"),
        AANBIEDER,
        (("CS002", "0001", "/Bericht/Clienten/Client[1]/Bsn"),),
        kind="afgekeurd",
    ),
    "total off by a cent": Wrong(
        write(message_303("F111", P1, "2019-06-20", line("R0110", 1001, P1, 850, 100, D(85000)), totaal=D(84999)),
              "2.3"),
        AANBIEDER,
        (("R21-0150", "0001", f"{HEADER}/DeclaratieFactuurBedragen/DeclaratieFactuurTotaalBedrag"),),
        kind="afgekeurd",
    ),
    "unknown gemeente": Wrong(
        write(message_303("F112", P1, "2019-06-20", line("R0110", 1001, P1, 850, 100, D(85000)),
                          gemeente=UNKNOWN_GEMEENTE), "2.3"),
        AANBIEDER,
        (("CS300", "S300", f"{HEADER}/Gemeente"),),
        kind="afgekeurd",
    ),
    "period that is not a CAK period": Wrong(
        changed("2019-06-16", "2019-06-15", CLAIM_XML),
        AANBIEDER,
        (("TR318", "8214", f"{HEADER}/DeclaratieFactuurIdentificatie/DeclaratiePeriode"),),
        kind="afgekeurd",
    ),
    "unknown toewijzing": Wrong(
        write(message_303("F113", P1, "2019-06-20", line("R0110", 9999, P1, 850, 100, D(85000))), "2.3"),
        AANBIEDER,
        (("RC-0551", "0551", f"{PRESTATIE}/ToewijzingNummer"),),
        kind="verwerkt",
    ),
    "unknown aanbieder": Wrong(
        write(message_303("F114", P1, "2019-06-20", line("R0110", 1001, P1, 850, 100, D(85000)),
                          aanbieder=UNKNOWN_AANBIEDER), "2.3"),
        UNKNOWN_AANBIEDER,
        (
            ("TR311", "9311", f"{PRESTATIE}/ToewijzingNummer"),
            ("RC-0611", "0611", f"{PRESTATIE}/IngediendeBedragPrestatie/ProductTarief"),
        ),
        kind="verwerkt",
    ),
    "unknown product": Wrong(
        write(message_303("F115", P1, "2019-06-20", WRONG_LINE), "2.3"),
        AANBIEDER,
        (
            ("RC-1142", "1142", f"{PRESTATIE}/ProductCode"),
            ("CS329", "S329", f"{PRESTATIE}/ProductCode"),
            ("RC-0611", "0611", f"{PRESTATIE}/IngediendeBedragPrestatie/ProductTarief"),
        ),
        kind="verwerkt",
    ),
}  # fmt: skip
