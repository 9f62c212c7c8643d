"""From the words of an identity provider to a role: never more than the table says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.principal import Rol
from app.domain.rolverdeling import Toegekend, still_toegekend, toegekend

WORDS = st.sampled_from(["a", "b", "c", "d"])
ROLES = st.sampled_from([Rol.BEHANDELAAR, Rol.LEZER, Rol.BEHEER, Rol.AANBIEDER])
GEMEENTEN = st.frozensets(st.sampled_from(["1708", "0193", "0150"]))
AANBIEDERS = st.frozensets(st.sampled_from(["98000001", "98000002"]))
TABLES = st.dictionaries(WORDS, st.builds(Toegekend, ROLES, GEMEENTEN, AANBIEDERS))


@given(st.frozensets(WORDS), TABLES)
def test_gives_what_the_words_give_and_no_more(words: frozenset[str], table: dict[str, Toegekend]):
    rows = [table[word] for word in words if word in table]
    found = toegekend(words, table)
    if found is None:
        assert len({row.rol for row in rows}) != 1
    else:
        assert {row.rol for row in rows} == {found.rol}
        assert found.gemeenten == {one for row in rows for one in row.gemeenten}
        assert found.aanbieders == {one for row in rows for one in row.aanbieders}


@given(st.frozensets(WORDS), TABLES)
def test_what_is_given_lasts_as_long_as_the_table(words: frozenset[str], table: dict[str, Toegekend]):
    found = toegekend(words, table)
    if found is not None:
        assert still_toegekend(found.rol, found.gemeenten, table, found.aanbieders)
        assert not still_toegekend(found.rol, found.gemeenten, table, found.aanbieders | {"99999999"})
        assert not still_toegekend(found.rol, found.gemeenten | {"9999"}, table)
        others = {word: row for word, row in table.items() if row.rol != found.rol}
        assert not still_toegekend(found.rol, found.gemeenten, others)
