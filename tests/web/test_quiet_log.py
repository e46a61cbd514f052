"""What opens something never stands in the log."""

import logging

from django.conf import settings

from deungdae.web.project.quiet_log import WithoutSecrets, without_secrets


def test_links_of_invitations_and_keys_are_taken_out() -> None:
    said = "Forbidden (CSRF token missing.): /invitation/dgd_AbC-12_x/ by dgd_zzz-9 of kim"
    assert (
        without_secrets(said) == "Forbidden (CSRF token missing.): /invitation/…/ by dgd_… of kim"
    )
    assert without_secrets("GET /members/ failed.") == "GET /members/ failed."


def test_a_line_is_cleaned_once_its_parts_are_in_their_places() -> None:
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 0, "%s: %s", ("Gone", "/invitation/secret/"), None
    )
    assert WithoutSecrets().filter(record)
    assert record.getMessage() == "Gone: /invitation/…/"


def test_every_line_of_the_server_goes_through_it() -> None:
    logged = settings.LOGGING
    assert [h["filters"] for h in logged["handlers"].values()] == [["quiet"]]
    assert logged["root"]["handlers"] == list(logged["handlers"])
