"""Findings: how many are kept and shown of a message that has very many."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.retour import MOST_FINDINGS, Ernst, Finding, capped

FOUT, WAARSCHUWING = Ernst.FOUT, Ernst.WAARSCHUWING


def some(*ernsten: Ernst) -> list[Finding]:
    return [
        Finding(regel="TR1", retourcode="9001", pad=f"/Bericht/A[{number}]", melding="x", ernst=ernst)
        for number, ernst in enumerate(ernsten)
    ]


KINDS = st.lists(
    st.tuples(st.sampled_from(Ernst), st.integers(1, MOST_FINDINGS)).map(lambda run: [run[0]] * run[1]), max_size=6
).map(lambda runs: some(*(ernst for run in runs for ernst in run)))


class TestCapped:
    def test_a_thousand_are_all_shown(self):
        findings = some(*[FOUT] * MOST_FINDINGS)
        assert capped(findings) == tuple(findings)

    def test_of_one_more_the_last_says_so(self):
        *shown, rest = capped(some(*[FOUT] * (MOST_FINDINGS + 1)))
        assert shown == some(*[FOUT] * MOST_FINDINGS)
        assert (rest.regel, rest.retourcode, rest.pad) == ("IWB-rest", None, "/Bericht")
        assert (rest.melding, rest.waarden, rest.ernst) == ("Er is nog 1 bevinding.", {"niet_getoond": 1}, FOUT)

    def test_an_error_behind_many_warnings_is_shown(self):
        findings = some(*[WAARSCHUWING] * 1500, FOUT)
        *shown, rest = capped(findings)
        assert shown == findings[: MOST_FINDINGS - 1] + findings[-1:]
        assert (rest.melding, rest.waarden) == ("Er zijn nog 501 bevindingen.", {"niet_getoond": 501})

    def test_warnings_alone_stop_nothing(self):
        assert {finding.ernst for finding in capped(some(*[WAARSCHUWING] * 1500))} == {WAARSCHUWING}

    @given(KINDS)
    def test_are_never_more_and_say_how_many_are_missing(self, findings: list[Finding]):
        shown = capped(findings)
        assert len(shown) <= MOST_FINDINGS + 1
        missing = sum(int(found.waarden.get("niet_getoond") or 0) for found in shown)
        assert len([found for found in shown if found.regel != "IWB-rest"]) + missing == len(findings)
        assert {found.ernst for found in shown} >= {found.ernst for found in findings if found.ernst is FOUT}

    @given(KINDS)
    def test_are_never_fewer_than_they_may_be_and_keep_their_order(self, findings: list[Finding]):
        shown = [found for found in capped(findings) if found.regel != "IWB-rest"]
        assert len(shown) == min(len(findings), MOST_FINDINGS)
        place_of = {found.pad: place for place, found in enumerate(findings)}
        places = [place_of[found.pad] for found in shown]
        assert places == sorted(places)
        errors = [found for found in findings if found.ernst is FOUT]
        assert len([found for found in shown if found.ernst is FOUT]) == min(len(errors), MOST_FINDINGS)
