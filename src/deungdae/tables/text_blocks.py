"""The bytes of a text file as blocks of UTF-8 with "\\n" line ends, whatever they were before."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from deungdae.records.errors import UnusableFile
from deungdae.tables import limits

BLOCK = 4 << 20
UTF8_BOM = b"\xef\xbb\xbf"


@dataclass
class TextFile:
    """A text file to be read in blocks, perhaps more than once.

    `encoding` is a Python codec's name; `certain` is false while all bytes seen were ASCII, so
    that a Korean byte further down may still change it. `undecodable` is set when some bytes had
    to be replaced by "\ufffd".
    """

    path: Path
    encoding: str
    certain: bool = True
    gzipped: bool = False
    undecodable: bool = False

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the text as UTF-8 blocks; raise UnusableFile where it unpacks to too much."""
        self.undecodable = False
        held = b""
        for block in self._decoded(size):
            block = held + block
            # A "\r" at the end of a block may be half of "\r\n".
            held = b"\r" if block.endswith(b"\r") else b""
            block = block[: len(block) - len(held)]
            if b"\r" in block:
                block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if block:
                yield block
        if held:
            yield b"\n"

    def _decoded(self, size: int) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        for raw in self.raw(size):
            if decoder is not None and self.encoding == "utf-8" and raw.isascii():
                state = decoder.getstate()[0]
                if not state:
                    yield raw
                    continue
            try:
                text = decoder.decode(raw)
            except UnicodeDecodeError:
                decoder, text = self._recover(raw, decoder.getstate()[0])
            if not raw.isascii():
                self.certain = True
            yield text.encode("utf-8", "replace")
        try:
            text = decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            self.undecodable = True
            text = "\ufffd"
        if text:
            yield text.encode("utf-8", "replace")

    def _recover(self, raw: bytes, state: bytes) -> tuple[codecs.IncrementalDecoder, str]:
        """Go on after bytes that are not of the encoding."""
        raw = state + raw if isinstance(state, bytes) else raw
        if not self.certain:
            decoder = codecs.getincrementaldecoder("cp949")("strict")
            try:
                text = decoder.decode(raw)
            except UnicodeDecodeError:
                pass
            else:
                self.encoding, self.certain = "cp949", True
                return decoder, text
        self.undecodable = True
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        return decoder, decoder.decode(raw)

    def raw(self, size: int) -> Iterator[bytes]:
        """Yield the file's bytes, unpacked, without a byte order mark."""
        unpacked = 0
        with self._open() as stream:
            first = True
            while True:
                try:
                    block = stream.read(size)
                except (OSError, EOFError, zlib.error) as error:
                    raise UnusableFile(
                        "“{file}” is packed (gzip) and damaged: it could not be unpacked. "
                        "Pack it again, or give the unpacked file.",
                        file=self.path.name,
                    ) from error
                if not block:
                    return
                unpacked += len(block)
                limits.check_unpacked(self.path.name, unpacked)
                if first and self.encoding == "utf-8" and block.startswith(UTF8_BOM):
                    block = block[3:]
                first = False
                yield block

    def _open(self) -> gzip.GzipFile | FileIO:
        # Buffering by the block: the reads are large already.
        return gzip.open(self.path, "rb") if self.gzipped else self.path.open("rb", buffering=0)
