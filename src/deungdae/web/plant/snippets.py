"""What is pasted into other programs so that they write here. Pure text; nothing is translated."""

from typing import Final, NamedTuple
from urllib.parse import urlencode

from deungdae.web.plant.models import Source

#: Where the token belongs, once it is no longer shown.
HERE: Final = "TOKEN"


class Snippet(NamedTuple):
    """A piece of configuration or of a program."""

    code: str
    name: str
    text: str


def of(url: str, source: Source, token: str) -> list[Snippet]:
    """Return the pieces for one source; without its token a word stands in its place."""
    org, bucket, secret = source.organisation.name, source.bucket, token or HERE
    return [
        Snippet("telegraf", "Telegraf", _telegraf(url, org, bucket, secret)),
        Snippet("python", "Python (influxdb-client)", _python(url, org, bucket, secret)),
        Snippet("curl", "curl", _curl(url, org, bucket, secret)),
    ]


def _quoted(text: str) -> str:
    """Return a text between double quotes, for TOML and for Python alike."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _telegraf(url: str, org: str, bucket: str, token: str) -> str:
    return "\n".join(
        (
            "[[outputs.influxdb_v2]]",
            f"  urls = [{_quoted(url)}]",
            f"  token = {_quoted(token)}",
            f"  organization = {_quoted(org)}",
            f"  bucket = {_quoted(bucket)}",
        )
    )


def _python(url: str, org: str, bucket: str, token: str) -> str:
    return "\n".join(
        (
            "from influxdb_client import InfluxDBClient, Point",
            "from influxdb_client.client.write_api import SYNCHRONOUS",
            "",
            f"with InfluxDBClient({_quoted(url)}, {_quoted(token)}, org={_quoted(org)}) as client:",
            "    with client.write_api(SYNCHRONOUS) as api:",
            '        point = Point("press").tag("asset", "press3").field("melt", 231.5)',
            f"        api.write({_quoted(bucket)}, record=point)",
        )
    )


def _curl(url: str, org: str, bucket: str, token: str) -> str:
    query = urlencode({"org": org, "bucket": bucket, "precision": "s"})
    return "\n".join(
        (
            f"curl {_shell(f'{url}/api/v2/write?{query}')} \\",
            f"  --header {_shell('Authorization: Token ' + token)} \\",
            "  --data-raw 'press,asset=press3 melt=231.5'",
        )
    )


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
