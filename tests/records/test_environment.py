"""Settings come from the environment; what is odd stops the start by name."""

from pathlib import Path

import pytest

from deungdae.records.environment import (
    PREFIX,
    SETTINGS,
    BusSettings,
    GatewaySettings,
    MqttSettings,
    Settings,
    WebSettings,
)
from deungdae.records.errors import UnusableOption


def test_without_any_variable_the_defaults_hold() -> None:
    web = WebSettings(
        database=None,
        secret_key_file=Path(".deungdae/web/secret-key"),
        hosts=("localhost", "127.0.0.1", "[::1]"),
        bind="127.0.0.1",
        port=8000,
        https=False,
        upload_quota_bytes=20 * 1024**3,
        email=None,
        email_secret_file=None,
        email_from="deungdae@localhost",
        url="http://localhost:8000",
        webhook_private=False,
        styleguide=False,
    )
    bus = BusSettings(
        url=None,
        folder=Path(".deungdae/bus"),
        secret_file=Path(".deungdae/bus/secret"),
        store_bytes=8 * 1024**3,
    )
    gateway = GatewaySettings("127.0.0.1", 8086, "http://127.0.0.1:8086")
    mqtt = MqttSettings(None, None, None, "127.0.0.1", 1883, None, None)
    assert Settings.from_environment({}) == Settings(
        Path(".deungdae"), 6 * 1024**3, 1024**3, "Asia/Seoul", "en", web, bus, gateway, mqtt
    )


def test_every_variable_is_taken() -> None:
    told = {
        "DEUNGDAE_HOME": "/srv/등대",
        "DEUNGDAE_RUN_MEMORY": "900 MiB",
        "DEUNGDAE_TIME_ZONE": "Asia/Ho_Chi_Minh",
        "DEUNGDAE_HISTORY_MEMORY": "512MiB",
        "DEUNGDAE_LANG": "ko",
        "DEUNGDAE_DATABASE_URL": "postgresql://kim:p%40ss@db.example:5433/programme?sslmode=require",
        "DEUNGDAE_SECRET_KEY_FILE": "/run/secrets/key",
        "DEUNGDAE_HOSTS": "Example.org, .example.com",
        "DEUNGDAE_BIND": "[::]:80",
        "DEUNGDAE_HTTPS": "yes",
        "DEUNGDAE_UPLOAD_QUOTA": "3GB",
        "DEUNGDAE_EMAIL_URL": "smtps://mail.example",
        "DEUNGDAE_EMAIL_SECRET_FILE": "/run/secrets/mail",
        "DEUNGDAE_EMAIL_FROM": "hello@example.org",
        "DEUNGDAE_WEB_URL": "https://factory.example.org/",
        "DEUNGDAE_WEBHOOK_PRIVATE": "allow",
        "DEUNGDAE_STYLEGUIDE": "yes",
        "DEUNGDAE_BUS_URL": "tls://bus.example:4222",
        "DEUNGDAE_BUS_SECRET_FILE": "/run/secrets/bus",
        "DEUNGDAE_BUS_STORE": "64MiB",
        "DEUNGDAE_GATEWAY_BIND": "0.0.0.0:9086",
        "DEUNGDAE_GATEWAY_URL": "https://factory.example.org/points/",
        "DEUNGDAE_MQTT_URL": "mqtts://broker.example",
        "DEUNGDAE_MQTT_SECRET_FILE": "/run/secrets/mqtt",
        "DEUNGDAE_MQTT_CA_FILE": "/srv/ca.pem",
        "DEUNGDAE_MQTT_BIND": "0.0.0.0:8883",
        "DEUNGDAE_MQTT_CERT_FILE": "/srv/broker.pem",
        "DEUNGDAE_MQTT_KEY_FILE": "/srv/broker-key.pem",
    }
    assert set(told) == {setting.name for setting in SETTINGS}
    taken = Settings.from_environment({**told, "PATH": "/bin"})
    assert (taken.home, taken.run_memory_bytes) == (Path("/srv/등대"), 900 * 1024**2)
    assert taken.history_memory_bytes == 512 * 1024**2
    assert (taken.time_zone, taken.language) == ("Asia/Ho_Chi_Minh", "ko")
    web = taken.web
    assert web.database is not None
    assert (web.database.hostname, web.database.port) == ("db.example", 5433)
    assert web.secret_key_file == Path("/run/secrets/key")
    assert web.hosts == ("example.org", ".example.com")
    assert (web.bind, web.port, web.https, web.styleguide) == ("::", 80, True, True)
    assert web.upload_quota_bytes == 3 * 10**9
    assert web.email is not None
    assert (web.email.scheme, web.email.hostname) == ("smtps", "mail.example")
    assert web.email_secret_file == Path("/run/secrets/mail")
    assert web.email_from == "hello@example.org"
    assert (web.url, web.webhook_private) == ("https://factory.example.org", True)
    assert taken.bus == BusSettings(
        url="tls://bus.example:4222",
        folder=Path("/srv/등대/bus"),
        secret_file=Path("/run/secrets/bus"),
        store_bytes=64 * 1024**2,
    )
    assert taken.mqtt.url is not None
    assert (taken.mqtt.url.hostname, taken.mqtt.embedded) == ("broker.example", False)
    assert taken.mqtt.secret_file == Path("/run/secrets/mqtt")
    assert taken.mqtt.ca_file == Path("/srv/ca.pem")
    assert (taken.mqtt.bind, taken.mqtt.port) == ("0.0.0.0", 8883)
    assert taken.mqtt.certificate == Path("/srv/broker.pem")
    assert taken.mqtt.key == Path("/srv/broker-key.pem")
    assert taken.gateway == GatewaySettings("0.0.0.0", 9086, "https://factory.example.org/points")


def test_links_in_mails_begin_with_the_address_that_people_call() -> None:
    here = {"DEUNGDAE_HOSTS": ".example.org,localhost", "DEUNGDAE_BIND": "127.0.0.1:9000"}
    assert Settings.from_environment(here).web.url == "http://example.org:9000"
    behind = Settings.from_environment({**here, "DEUNGDAE_HTTPS": "yes"})
    assert behind.web.url == "https://example.org"


def test_a_password_in_the_url_of_the_bus_is_refused_and_not_repeated() -> None:
    with pytest.raises(UnusableOption, match="DEUNGDAE_BUS_SECRET_FILE") as caught:
        Settings.from_environment({"DEUNGDAE_BUS_URL": "nats://kim:hunter2@bus.example:4222"})
    assert "hunter2" not in str(caught.value)


def test_an_empty_variable_counts_as_absent() -> None:
    empty = {setting.name: " " for setting in SETTINGS}
    assert Settings.from_environment(empty) == Settings.from_environment({})


@pytest.mark.parametrize(
    ("text", "count"),
    [("6GiB", 6 << 30), ("6gib", 6 << 30), ("1.5 GiB", 3 << 29), ("2GB", 2 * 10**9),
     ("268435456", 256 << 20), ("268435456 B", 256 << 20)],
)  # fmt: skip
def test_memory_is_read_with_its_unit(text: str, count: int) -> None:
    assert Settings.from_environment({"DEUNGDAE_RUN_MEMORY": text}).run_memory_bytes == count


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LC_ALL": "ko"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "DEUNGDAE_LANG": "en"}, "en"),
        ({"LANG": "de_DE"}, "en"),
    ],
)
def test_the_language_follows_the_system_unless_told(
    variables: dict[str, str], language: str
) -> None:
    assert Settings.from_environment(variables).language == language


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEUNGDAE_HOEM", "x", "DEUNGDAE_HOEM is not known"),
        ("DEUNGDAE_RUN_MEMORY", "much", "DEUNGDAE_RUN_MEMORY is much; it must be a size"),
        ("DEUNGDAE_RUN_MEMORY", "6 GiBs", "must be a size"),
        ("DEUNGDAE_RUN_MEMORY", "-6GiB", "must be a size"),
        ("DEUNGDAE_RUN_MEMORY", "6", "must be at least 256MiB"),
        ("DEUNGDAE_TIME_ZONE", "Korea/Seoul", "DEUNGDAE_TIME_ZONE is Korea/Seoul"),
        ("DEUNGDAE_TIME_ZONE", "../etc/passwd", "must be a time zone"),
        ("DEUNGDAE_TIME_ZONE", "Asia", "must be a time zone"),
        ("DEUNGDAE_LANG", "kr", "DEUNGDAE_LANG is kr; it must be ko or en"),
        ("DEUNGDAE_DATABASE_URL", "mysql://h/d", "DEUNGDAE_DATABASE_URL cannot be used"),
        ("DEUNGDAE_DATABASE_URL", "postgresql://host", "and a database where there is one"),
        ("DEUNGDAE_DATABASE_URL", "postgresql://host:x/d", "DEUNGDAE_DATABASE_URL cannot be used"),
        ("DEUNGDAE_EMAIL_URL", "mail.example:25", "DEUNGDAE_EMAIL_URL cannot be used"),
        ("DEUNGDAE_EMAIL_URL", "smtp+plain://kim:pw@mail.example", "would let passwords travel"),
        ("DEUNGDAE_WEB_URL", "factory.example.org", "DEUNGDAE_WEB_URL is factory.example.org"),
        ("DEUNGDAE_WEBHOOK_PRIVATE", "yes", "must be allow or refuse"),
        ("DEUNGDAE_HOSTS", "*", "must be names of hosts"),
        ("DEUNGDAE_HOSTS", "a.example,", "must be names of hosts"),
        ("DEUNGDAE_BIND", "8000", "must be an address and a port"),
        ("DEUNGDAE_MQTT_URL", "broker.example:1883", "DEUNGDAE_MQTT_URL cannot be used"),
        ("DEUNGDAE_MQTT_URL", "mqtt://kim:pw@broker.example", "DEUNGDAE_MQTT_SECRET_FILE"),
        ("DEUNGDAE_MQTT_KEY_FILE", "key.pem", "DEUNGDAE_MQTT_KEY_FILE go together"),
        ("DEUNGDAE_MQTT_BIND", "0.0.0.0:1883", "DEUNGDAE_MQTT_BIND would let passwords travel"),
        ("DEUNGDAE_BIND", "127.0.0.1:70000", "must be an address and a port"),
        ("DEUNGDAE_HTTPS", "on", "DEUNGDAE_HTTPS is on; it must be yes or no"),
        ("DEUNGDAE_UPLOAD_QUOTA", "1kB", "must be at least 1MiB"),
        ("DEUNGDAE_STYLEGUIDE", "1", "must be yes or no"),
    ],
)
def test_an_odd_variable_stops_the_start_by_name(name: str, value: str, sentence: str) -> None:
    with pytest.raises(UnusableOption, match=sentence):
        Settings.from_environment({name: value})


def test_a_password_in_an_odd_url_is_not_repeated() -> None:
    with pytest.raises(UnusableOption) as caught:
        Settings.from_environment({"DEUNGDAE_DATABASE_URL": "oracle://kim:secret@host/db"})
    assert "secret" not in str(caught.value)


def test_each_setting_says_what_it_is() -> None:
    for setting in SETTINGS:
        assert setting.name.startswith(PREFIX)
        assert setting.default and setting.sentence.endswith(".")


@pytest.mark.parametrize(
    ("bind", "url"),
    [
        ("[::1]:9000", "http://[::1]:9000"),
        ("0.0.0.0:80", "http://localhost:80"),
        ("[::]:80", "http://localhost:80"),
        ("10.0.0.7:80", "http://10.0.0.7:80"),
    ],
)
def test_the_address_of_the_gateway_is_one_that_can_be_called(bind: str, url: str) -> None:
    assert Settings.from_environment({"DEUNGDAE_GATEWAY_BIND": bind}).gateway.url == url


@pytest.mark.parametrize(
    "url",
    [
        "factory.example.org",
        "ftp://factory.example.org",
        "https://",
        "https://kim:secret@factory.example.org",
        "https://factory.example.org?x=1",
        "https://factory.example.org:99999",
        "https://factory example.org",
    ],
)
def test_what_is_no_address_of_a_gateway_is_refused(url: str) -> None:
    with pytest.raises(UnusableOption, match="DEUNGDAE_GATEWAY_URL is"):
        Settings.from_environment({"DEUNGDAE_GATEWAY_URL": url})
