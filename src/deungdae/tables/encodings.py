"""Which encoding a text is in, told from its first bytes."""

import codecs

_UTF16_BOMS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def detect(head: bytes, *, whole: bool) -> tuple[str, bool] | None:
    """Return the codec of a text's first bytes, and whether that is certain; None if no text.

    `whole` says that `head` is all there is; else its end may cut a letter in two.
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", True
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) and len(head) >= 8:
        return "utf-32", True
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # The codec without an order of its own takes the mark away.
        return "utf-16", True
    if name := _utf16_without_mark(head):
        return name, True
    if _control_share(head) > 0.01:
        return None
    if head.isascii():
        return "utf-8", False
    damaged = {codec: _damage(head, codec, whole) for codec in ("utf-8", "cp949")}
    if damaged["utf-8"] == 0:
        return "utf-8", True
    if damaged["cp949"] == 0:
        return ("cp949" if _is_korean(head) else "cp1252"), True
    best = min(damaged, key=lambda codec: damaged[codec])
    # Bytes that fit neither are more likely a Western text than a heavily damaged Korean one.
    if damaged[best] > 0.2 * sum(byte > 127 for byte in head):
        return "cp1252", True
    return best, True


def display_name(codec: str, head: bytes) -> str:
    """Return the name to show for a codec."""
    if codec == "utf-8" and head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for mark, name in _UTF16_BOMS:
        if codec == "utf-16" and head.startswith(mark):
            return name
    return codec


def _utf16_without_mark(head: bytes) -> str | None:
    """Texts with many ASCII letters have a zero in every other byte of UTF-16."""
    sample = head[: len(head) // 2 * 2][:20_000]
    if len(sample) < 8:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    for zeros, others, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.2 * half and others < 0.02 * half:
            try:
                sample.decode(name)
            except UnicodeDecodeError:
                return None
            return name
    return None


def _control_share(head: bytes) -> float:
    """Return the share of bytes that no text has."""
    odd = sum(
        head.count(byte)
        for byte in range(32)
        if byte not in (9, 10, 11, 12, 13, 26, 28, 29, 30, 31)
    )
    return odd / max(1, len(head))


def _damage(head: bytes, codec: str, whole: bool) -> int:
    text = codecs.getincrementaldecoder(codec)("replace").decode(head, final=whole)
    return text.count("\ufffd")


def _is_korean(head: bytes) -> bool:
    """Tell Korean from Western text that happens to decode as CP949, such as "°C" to "캜".

    Such accidents give rare syllables, outside the 2,350 of KS X 1001; those alone have two bytes
    in EUC-KR.
    """
    text = codecs.getincrementaldecoder("cp949")("replace").decode(head)
    letters = [letter for letter in text if ord(letter) > 127]
    common = 0
    for letter in letters:
        try:
            common += len(letter.encode("euc_kr")) == 2
        except UnicodeEncodeError:
            continue
    return common >= 0.5 * len(letters)
