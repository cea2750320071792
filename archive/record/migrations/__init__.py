"""The tables of `archive.db`, as migrations that read from top to bottom, a module a release.

A table is added by a new function at the end of the newest module; a released function is never changed.
"""

SET = "guidelines"
NAMES = frozenset(
    (
        "m001_declarations",
        "m002_captures",
        "m003_versions",
        "m004_changes",
        "m005_search",
        "m006_tasks_have_an_id",
        "m007_decisions",
        "m008_what_release_1_held_back",
        "m060_versions_know_their_format",
        "m061_documents_know_their_links",
        "m100_each_rule_is_a_view",
        "m115_stories",
        "m220_what_a_person_handed_in",
        "m020_how_a_crawl_ended",
        "m200_roles",
        "m210_local_catalogues",
        "m130_rows_have_a_permanent_key",
        "m131_a_successor_is_told_with_its_page",
        "m132_a_row_finds_its_changes",
        "m140_files_of_unsure_pages_are_asked_about",
        "m200_roles",
        "m210_laws",
        "m150_rows_in_force_stand_in_their_order",
        "m150_an_index_without_texts",
        "m230_what_other_archives_saw",
        "m300_looks_and_signs",
        "m160_raw_tables_are_packed",
        "m310_files_of_further_pages",
        "m311_pictures",
    )
)
"""The migrations of this release. They stand here as well, so that whoever only looks need not load the library that
makes them; tests/test_store.py holds this against the modules."""
