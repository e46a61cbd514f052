"""What a log must not hold: keys, and links that open something, whoever wrote the line."""

import logging
import re

#: The link of an invitation, and an access key.
_SECRETS = re.compile(r"(/invitation/)[^/\s\"']+|(dgd_)[\w-]+")


class WithoutSecrets(logging.Filter):
    """Takes secrets out of each line before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass, without its secrets."""
        said = record.getMessage()
        clean = without_secrets(said)
        if clean != said:
            record.msg, record.args = clean, None
        return True


def without_secrets(text: str) -> str:
    """Return a text in which secrets are three dots."""
    return _SECRETS.sub(lambda found: f"{found[1] or found[2]}…", text)
