"""The worked cases of release 2.3: every message and exactly the answer to it. Amounts are euro-cents."""

from __future__ import annotations

from datetime import date

from tests.builders import BSN_X, BSN_Y, P1, P2, WRONG_BSN
from tests.e2e.notation import (
    BASE,
    T1,
    T2,
    C,
    Case,
    D,
    Returned,
    Step301,
    Step303,
    answer,
    day,
    days,
    granted,
    line,
    message_301,
    message_303,
    second_version,
    toewijzing,
)

R0001 = line("R0001", 1001, P1, 850, 100, D(85000))
F001 = Step303(message_303("F001", P1, "2019-06-20", R0001), granted(D(85000)))

JULY_ON = toewijzing(1005, 900, day("2019-07-01"), toewijzingsdatum=day("2019-06-20"))
UNTIL_JUNE = second_version(T1, "2019-06-20", einddatum=day("2019-06-30"))
VOID = second_version(T1, "2019-06-03", einddatum=T1.ingangsdatum)

CASES_301 = {
    "C01": Case(
        "Assignment accepted",
        (Step301(message_301("A0001", "2019-05-14", T1, T2)),),
        given=(),
    ),
    "C02": Case(
        "Assignment with a BSN that fails the 11-test",
        (Step301(message_301("A0002", "2019-05-14", T1, bsn=WRONG_BSN), "0001"),),
        given=(),
    ),
    "C03": Case(
        "Same BerichtIdentificatie twice",
        (
            Step301(message_301("A0003", "2019-05-14", T1)),
            Step301(message_301("A0003", "2019-05-14", T1), "9056", other_bytes=True),
        ),
        given=(),
    ),
    "C04": Case(
        "ReferentieAanbieder without a matching 315",
        (
            Step301(
                message_301("A0004", "2019-05-14", toewijzing(1001, 850, referentie_aanbieder="REQ-77"), T2),
                "0200",
                producten={1001: "9300", 1002: "0200"},
            ),
        ),
        given=(),
    ),
}

CASES_303 = {
    "C06": Case(
        "Deletion: assignment made void, then claimed",
        (
            Step301(message_301("A0007", "2019-06-03", VOID)),
            Step303(
                message_303("F014", P1, "2019-06-20", line("R0014", 1001, P1, 850, 100, D(85000))),
                answer("0200", D(85000), D(0), Returned("R0014", "9308", D(0))),
            ),
        ),
    ),
    "C07": Case("Debit, complete period, all right", (F001,)),
    "C08": Case(
        "Partly rejected: tariff too high on one line",
        (
            Step303(
                message_303("F002", P1, "2019-06-20", R0001, line("R0002", 1002, P1, 8, 13000, D(104000))),
                answer("0200", D(189000), D(85000), Returned("R0002", "0611", D(100000))),
            ),
        ),
    ),
    "C09": Case(
        "Over budget in one period (one euro)",
        (
            Step303(
                message_303("F003", P1, "2019-06-20", line("R0003", 1001, P1, 851, 100, D(85100))),
                answer("0200", D(85100), D(0), Returned("R0003", "9321", D(85000))),
            ),
        ),
    ),
    "C11": Case(
        "Starts before the assignment",
        (
            Step303(
                message_303("F006", P1, "2019-06-20", line("R0006", 1003, P1, 5, 20000, D(100000))),
                answer("0200", D(100000), D(0), Returned("R0006", "9307", D(0))),
            ),
        ),
    ),
    "C13": Case(
        "Period spans two assignment versions",
        (
            Step303(
                message_303("F015", P2, "2019-07-20", line("R0015", 1001, P2, 850, 100, D(85000))),
                answer("0200", D(85000), D(0), Returned("R0015", "9308", D(0))),
            ),
            Step303(
                message_303(
                    "F016",
                    P2,
                    "2019-07-20",
                    line("R0016", 1001, days("2019-06-17", "2019-06-30"), 425, 100, D(42500)),
                    line("R0017", 1005, days("2019-07-01", "2019-07-14"), 450, 100, D(45000)),
                ),
                granted(D(87500)),
            ),
        ),
        given=(*BASE, message_301("SPLITS", "2019-06-20", UNTIL_JUNE, JULY_ON)),
    ),
    "C14": Case(
        "Unknown assignment number",
        (
            Step303(
                message_303("F017", P1, "2019-06-20", line("R0018", 9999, P1, 850, 100, D(85000))),
                answer("0200", D(85000), D(0), Returned("R0018", "0551", D(0))),
            ),
        ),
    ),
    "C16": Case(
        "BSN fails the 11-test",
        (
            Step303(
                message_303("F020", P1, "2019-06-20", line("R0021", 1001, P1, 850, 100, D(85000), bsn=WRONG_BSN)),
                answer("0001", D(85000), D(0)),
            ),
        ),
    ),
    "C17": Case(
        "Date of birth does not fit the BSN",
        (
            Step303(
                message_303(
                    "F021",
                    P1,
                    "2019-06-20",
                    line("R0022", 1001, P1, 850, 100, D(85000)),
                    line("R0023", 1004, P1, 400, 100, D(40000), bsn=BSN_Y),
                    geboren={BSN_X: date(1979, 6, 11)},
                ),
                answer("0200", D(125000), D(40000), Returned("R0022", "0233", D(0)), client_code="8004"),
            ),
        ),
    ),
    "C19": Case(
        "Duplicate factuurnummer",
        (
            F001,
            Step303(
                message_303("F001", P2, "2019-07-20", line("R0026", 1001, P2, 850, 100, D(85000))),
                answer("0030", D(85000), D(0)),
            ),
        ),
    ),
    "C20": Case(
        "Totals off by one cent; totals with the wrong sign",
        (
            Step303(
                message_303("F024", P1, "2019-06-20", line("R0027", 1001, P1, 850, 100, D(85000)), totaal=D(85001)),
                answer("0001", D(85001), D(0)),
            ),
            Step303(
                message_303("F025", P1, "2019-06-20", line("R0028", 1001, P1, 850, 100, D(85000)), totaal=C(85000)),
                answer("0001", C(85000), D(0)),
            ),
        ),
    ),
    "C23": Case(
        "Full credit, then a new debit",
        (
            F001,
            Step303(
                message_303("F031", P2, "2019-07-20", line("R0037", 1001, P1, 850, 100, C(85000), vorig="R0001")),
                granted(C(85000)),
            ),
            Step303(
                message_303("F032", P2, "2019-07-20", line("R0038", 1001, P1, 850, 100, D(85000))),
                granted(D(85000)),
            ),
        ),
    ),
    "C25": Case(
        "Credits that are wrong",
        (
            F001,
            Step303(
                message_303("F035", P1, "2019-06-20", line("R0043", 1002, P1, 9, 12500, D(112500))),
                answer("0200", D(112500), D(0), Returned("R0043", "9321", D(100000))),
            ),
            Step303(  # a. VorigReferentieNummer unknown
                message_303("F036", P2, "2019-07-20", line("R0044", 1001, P1, 850, 100, C(85000), vorig="R9999")),
                answer("0200", C(85000), D(0), Returned("R0044", "8017", D(0))),
            ),
            Step303(  # first credit of R0001
                message_303("F037", P2, "2019-07-20", line("R0045", 1001, P1, 850, 100, C(85000), vorig="R0001")),
                granted(C(85000)),
            ),
            Step303(  # b. second credit of R0001
                message_303("F038", P2, "2019-07-20", line("R0046", 1001, P1, 850, 100, C(85000), vorig="R0001")),
                answer("0200", C(85000), D(0), Returned("R0046", "8854", D(0))),
            ),
            Step303(  # c. credit of the rejected R0043 in a claim
                message_303("F039", P2, "2019-07-20", line("R0047", 1002, P1, 9, 12500, C(112500), vorig="R0043")),
                answer("0200", C(112500), D(0), Returned("R0047", "8853", D(0))),
            ),
            Step303(  # d. credit of a debit in the same message
                message_303(
                    "F040",
                    P2,
                    "2019-07-20",
                    line("R0048", 1001, P2, 850, 100, D(85000)),
                    line("R0049", 1001, P2, 850, 100, C(85000), vorig="R0048"),
                    totaal=D(0),
                ),
                answer("0001", D(0), D(0)),
            ),
            Step303(  # e. credit without VorigReferentieNummer
                message_303("F041", P2, "2019-07-20", line("R0050", 1001, P1, 850, 100, C(85000))),
                answer("0001", C(85000), D(0)),
            ),
        ),
    ),
}

CASES = CASES_301 | CASES_303
BOOKED_AFTER = {
    "C06": {1001: (0, 0)},
    "C07": {1001: (850, 85000)},
    "C08": {1001: (850, 85000), 1002: (0, 0)},
    "C13": {1001: (425, 42500), 1005: (450, 45000)},
    "C17": {1001: (0, 0), 1004: (400, 40000)},
    "C19": {1001: (850, 85000)},
    "C20": {1001: (0, 0)},
    "C23": {1001: (850, 85000)},
    "C25": {1001: (0, 0), 1002: (0, 0)},
}
"""The net volume and cents on a toewijzing when the case is over."""
