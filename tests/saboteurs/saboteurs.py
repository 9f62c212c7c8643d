"""The service with one defence off, by name, and the test that must notice: README.md says the same in a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tests.saboteurs import entrance, inside


class Saboteur(NamedTuple):
    """What turns a defence off in this process for good, and the id of the test that fails by it."""

    turn_off: Callable[[], None]
    test: str

    @property
    def does(self) -> str:
        """What it changes, in words."""
        return (self.turn_off.__doc__ or "").strip()


ROLES, ADMISSION, TOKENS = "tests/api/test_roles.py", "tests/api/test_admission.py", "tests/api/test_tokens.py"
KEYS, LOGIN = "tests/processing/test_keys.py", "tests/web/test_inloggen.py"
OIDC = "tests/web/oidc/test_way_in.py::TestWrongToken"
GGK, SOAP = "tests/processing/test_ggk_openen.py", "tests/api/test_soap.py"
INTAKE, VIEWS = "tests/processing/test_logboek.py::TestIntake", "tests/processing/test_logboek.py::TestViews"
CHAIN = "tests/processing/test_logboek_controle.py::TestWhatIsGone"
RETENTION, READING = "tests/processing/test_bewaren.py", "tests/iwmo/test_reading_hostile.py::TestHostile"
FORGED = f"{TOKENS}::TestForged::test_gets_nobody_in"
NO_SOAP = f"{SOAP}::TestHostile::test_what_is_no_soap_message"

SABOTEURS: Final[dict[str, Saboteur]] = {
    "policy-lets-all-through": Saboteur(
        entrance.policy_lets_all_through, f"{ROLES}::test_every_other_role[GET /postbus]"
    ),
    "rights-of-credential-ignored": Saboteur(
        entrance.rights_of_credential_ignored, f"{ROLES}::test_a_key_without_the_right[POST /berichten]"
    ),
    "key-known-by-id": Saboteur(
        entrance.key_known_by_id, "tests/api/test_problems.py::TestKey::test_needs_its_own_secret"
    ),
    "revoked-key-works": Saboteur(
        entrance.revoked_key_works, f"{KEYS}::TestRevoke::test_from_then_on_it_opens_nothing[sqlite]"
    ),
    "expired-key-works": Saboteur(
        entrance.expired_key_works, f"{KEYS}::TestWhen::test_from_its_begin_until_its_end[sqlite]"
    ),
    "network-ignored": Saboteur(
        entrance.network_ignored, f"{ADMISSION}::TestKeys::test_the_network_is_that_of_the_caller_behind_the_proxy"
    ),
    "proxy-is-anybody": Saboteur(
        entrance.proxy_is_anybody,
        f"{ADMISSION}::TestAddress::test_is_that_of_the_peer_or_what_a_proxy_of_ours_says[192.0.2.1-forwarded1-192.0.2.1]",
    ),
    "signature-not-verified": Saboteur(entrance.signature_not_verified, f"{FORGED}[key of a stranger under our kid]"),
    "alg-none-allowed": Saboteur(entrance.alg_none_allowed, f"{FORGED}[alg none without signature]"),
    "audience-ignored": Saboteur(entrance.audience_ignored, f"{FORGED}[wrong audience]"),
    "expiry-of-token-ignored": Saboteur(entrance.expiry_of_token_ignored, f"{FORGED}[expired]"),
    "bound-token-comes-alone": Saboteur(
        entrance.bound_token_comes_alone, f"{TOKENS}::TestBound::test_comes_with_it_or_not_at_all"
    ),
    "certificate-of-anybody": Saboteur(
        entrance.certificate_of_anybody,
        "tests/api/test_mtls.py::TestForged::test_a_header_past_the_proxy_opens_nothing[True-192.0.2.7]",
    ),
    "form-token-unchecked": Saboteur(
        entrance.form_token_unchecked, f"{LOGIN}::TestForms::test_need_the_token_of_this_browser[None]"
    ),
    "other-sites-may-post": Saboteur(
        entrance.other_sites_may_post, f"{LOGIN}::TestForms::test_come_from_our_own_pages[headers0]"
    ),
    "session-keeps-its-id": Saboteur(
        entrance.session_keeps_its_id, f"{LOGIN}::TestCookie::test_is_a_new_one_after_logging_in"
    ),
    "session-without-end": Saboteur(
        entrance.session_without_end, f"{LOGIN}::TestSession::test_ends_after_half_an_hour_of_silence"
    ),
    "aanbieders-of-session-unsealed": Saboteur(
        entrance.aanbieders_of_session_unsealed,
        "tests/web/test_sessies.py::TestOfAanbieder::test_opens_nothing_when_they_are_others_now[both-more]",
    ),
    "person-of-aanbieder-may-all": Saboteur(
        entrance.person_of_aanbieder_may_all,
        "tests/web/test_sessies.py::TestOfAanbieder::test_stands_for_them_and_only_reads",
    ),
    "logout-in-the-browser-only": Saboteur(
        entrance.logout_in_the_browser_only, f"{LOGIN}::TestSession::test_from_login_to_logout"
    ),
    "code-works-twice": Saboteur(entrance.code_works_twice, f"{LOGIN}::TestSecondFactor::test_a_code_works_once"),
    "beheer-without-second-factor": Saboteur(
        entrance.beheer_without_second_factor,
        f"{LOGIN}::TestBeheer::test_can_do_nothing_without_second_factor[/account]",
    ),
    "guesses-not-counted": Saboteur(
        entrance.guesses_not_counted, "tests/web/test_guessing.py::TestGuessing::test_each_failure_makes_the_next_wait"
    ),
    "provider-not-verified": Saboteur(entrance.provider_not_verified, f"{OIDC}::test_opens_nothing[key of a stranger]"),
    "nonce-ignored": Saboteur(entrance.nonce_ignored, f"{OIDC}::test_opens_nothing[wrong nonce]"),
    "strength-ignored": Saboteur(entrance.strength_ignored, f"{OIDC}::test_not_strong_enough[changes0]"),
    "bsn-searches-without-end": Saboteur(
        entrance.bsn_searches_without_end,
        f"{ADMISSION}::TestLimits::test_a_guesser_of_bsns_is_stopped_and_learns_nothing",
    ),
    "wrong-keys-without-end": Saboteur(
        entrance.wrong_keys_without_end,
        f"{ADMISSION}::TestLimits::test_wrong_keys_of_one_address_and_whoever_has_a_right_one",
    ),
    "lists-show-all": Saboteur(inside.lists_show_all, f"{ROLES}::test_strangers_see_empty_lists[/v1/toewijzingen]"),
    "one-shows-to-all": Saboteur(
        inside.one_shows_to_all, ROLES + "::test_foreign_is_the_same_as_unknown[GET /berichten/{id}]"
    ),
    "sender-unchecked": Saboteur(inside.sender_unchecked, f"{ROLES}::TestSender::test_of_a_303_is_the_aanbieder"),
    "envelope-of-another": Saboteur(
        inside.envelope_of_another, f"{GGK}::TestDi01::test_a_303_of_another_aanbieder_is_a_forgery[sqlite]"
    ),
    "answer-to-another": Saboteur(
        inside.answer_to_another, f"{GGK}::TestDu01::test_a_302_on_another_301_than_its_envelope_is_not_trusted[sqlite]"
    ),
    "same-bericht-twice": Saboteur(
        inside.same_bericht_twice, f"{INTAKE}::test_the_same_again_is_another_kind_of_row[sqlite]"
    ),
    "same-envelope-forgotten": Saboteur(
        inside.same_envelope_forgotten,
        f"{SOAP}::TestBv03::test_the_same_again_gets_the_same_bytes_and_does_nothing[sqlite]",
    ),
    "deleted-taken-in-again": Saboteur(
        inside.deleted_taken_in_again, f"{RETENTION}::TestReplay::test_what_was_deleted_is_not_taken_in_again[sqlite]"
    ),
    "doctype-accepted": Saboteur(inside.doctype_accepted, f"{READING}::test_says_what_and_where[DOCTYPE]"),
    "entities-resolved": Saboteur(inside.entities_resolved, f"{READING}::test_says_what_and_where[external entity]"),
    "doctype-in-envelope-accepted": Saboteur(inside.doctype_in_envelope_accepted, f"{NO_SOAP}[DOCTYPE that is used]"),
    "base64-forgiven": Saboteur(
        inside.base64_forgiven, "tests/ggk/test_bestand.py::test_a_retour_without_base64_is_refused"
    ),
    "body-without-end": Saboteur(inside.body_without_end, "tests/api/test_body.py::TestSize::test_in_chunks"),
    "compressed-accepted": Saboteur(
        inside.compressed_accepted, "tests/api/test_body.py::TestMediaType::test_is_not_compressed[/v1/berichten-gzip]"
    ),
    "intake-not-written": Saboteur(
        inside.intake_not_written, f"{INTAKE}::test_leaves_one_row_with_who_what_where_why_and_whom[sqlite]"
    ),
    "intake-written-first": Saboteur(
        inside.intake_written_first, f"{INTAKE}::test_what_is_undone_leaves_no_row[sqlite]"
    ),
    "intake-written-afterwards": Saboteur(
        inside.intake_written_afterwards, f"{INTAKE}::test_nothing_is_kept_when_its_row_cannot_be_written[sqlite]"
    ),
    "view-not-written": Saboteur(
        inside.view_not_written, f"{VIEWS}::test_the_row_is_there_before_the_view_ends[sqlite]"
    ),
    "view-written-if-possible": Saboteur(
        inside.view_written_if_possible, f"{VIEWS}::test_nothing_is_shown_when_the_row_cannot_be_written[sqlite]"
    ),
    "mac-constant": Saboteur(inside.mac_constant, f"{CHAIN}::test_one_client_of_a_row[sqlite]"),
    "chain-unchecked": Saboteur(
        inside.chain_unchecked, f"{CHAIN}::test_the_chain_made_anew_without_a_row_by_who_has_no_secret[sqlite]"
    ),
    "anchors-unchecked": Saboteur(
        inside.anchors_unchecked, f"{CHAIN}::test_the_end_of_the_chain_only_an_anchor_shows[sqlite]"
    ),
    "any-fact-logged": Saboteur(
        inside.any_fact_logged, "tests/test_observability.py::TestFields::test_unknown_ones_never_reach_a_line"
    ),
    "bsn-logged": Saboteur(
        inside.bsn_logged, "tests/test_observability.py::TestHarmless::test_a_bsn_in_any_text_is_hidden[999900006]"
    ),
    "problem-repeats-input": Saboteur(
        inside.problem_repeats_input,
        "tests/api/test_problems.py::TestInvalidInput::test_names_the_part_and_not_the_value"
        "[/v1/berichten?status=MARKER-query.status-Kies uit]",
    ),
    "private-addresses-allowed": Saboteur(
        inside.private_addresses_allowed,
        "tests/delivery/test_safe_client.py::TestWhereItGoes::test_one_bad_address_among_good_ones_spoils_them",
    ),
    "redirects-followed": Saboteur(
        inside.redirects_followed,
        "tests/delivery/test_safe_client.py::TestWhereItGoes::test_a_redirect_is_an_answer_like_any_other",
    ),
    "stop-ignored": Saboteur(
        inside.stop_ignored,
        f"{RETENTION}::TestStops::test_a_stopped_dossier_stays_whole_until_it_is_lifted[sqlite-client]",
    ),
    "table-forgotten": Saboteur(
        inside.table_forgotten, "tests/e2e/test_bewaren.py::TestToekenning::test_nothing_of_it_remains[sqlite]"
    ),
    "folder-memory-forgotten": Saboteur(
        inside.folder_memory_forgotten,
        "tests/architecture/test_bewaren.py::test_what_is_of_a_dossier_is_deleted_with_it",
    ),
    "markup-in-pages": Saboteur(inside.markup_in_pages, f"{LOGIN}::test_markup_in_a_name_is_text"),
    "markup-in-letters": Saboteur(
        inside.markup_in_letters, "tests/beschikking/test_letter.py::TestWords::test_text_is_never_markup[<b>&amp;</b>]"
    ),
    "formulas-in-csv": Saboteur(
        inside.formulas_in_csv,
        "tests/api/test_accept_and_csv.py::TestCsv::test_what_is_written_reads_back_and_is_no_formula",
    ),
}
