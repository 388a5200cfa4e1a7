"""The ring of keys: encryption, keyed hashes and signatures, each with a sub-key of its own.

A value is sealed by AES-256-GCM under a random 96-bit nonce and bound to its place ("table.column") as associated data,
so that a ciphertext moved to another column does not open. The stored form is ``<key id>.<base64url>``. The first key
of the ring writes, all read: to rotate, put a new key in front, rewrite what `needs_rewrite`, then drop the old one.
Random nonces bound one key to about 2**32 values (NIST SP 800-38D, 8.3), far beyond what a team types.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
INDEX_BYTES = 16
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")


class KeyRingError(ValueError):
    """The keys as configured cannot be used. Never carries key material."""


class UnreadableValue(RuntimeError):
    """A stored value does not open: unknown key, tampered with, or moved from another column. Says where, not what."""


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)


class _Key:
    """One master key and what is derived from it: HKDF-SHA256 (RFC 5869), one sub-key per purpose."""

    def __init__(self, master: bytes) -> None:
        self.master = master
        self._derived: dict[str, bytes] = {}

    def sub_key(self, purpose: str) -> bytes:
        if purpose not in self._derived:
            derive = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"kemai/" + purpose.encode())
            self._derived[purpose] = derive.derive(self.master)
        return self._derived[purpose]

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self.sub_key("encryption"))

    def mac(self, purpose: str, message: bytes) -> bytes:
        return hmac.digest(self.sub_key(purpose), message, hashlib.sha256)


class KeyRing:
    """Master keys of 32 bytes by id, in order: the first writes, all read."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Raise KeyRingError for no keys, an odd id, a key that is not 32 bytes long, or one key under two ids."""
        if not keys:
            raise KeyRingError("the key ring is empty")
        for name, master in keys.items():
            if not _KEY_ID.fullmatch(name):
                raise KeyRingError("a key id has 1 to 16 letters, digits, '-' or '_'")
            if len(master) != KEY_BYTES:
                raise KeyRingError(f"key {name!r} has {len(master)} bytes instead of {KEY_BYTES}")
        if len(set(keys.values())) < len(keys):
            raise KeyRingError("two ids name the same key")
        self._keys = {name: _Key(bytes(master)) for name, master in keys.items()}
        self.ids: tuple[str, ...] = tuple(self._keys)
        self.first = self.ids[0]

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """The ring written as ``id:base64key,id:base64key``. KeyRingError, which says what is wrong, never the key."""
        keys: dict[str, bytes] = {}
        for place, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
            name, colon, encoded = entry.partition(":")
            if not colon:
                raise KeyRingError(f"entry {place} of the key ring has no colon: write id:base64key")
            if name in keys:
                raise KeyRingError(f"the key id in entry {place} of the key ring stands there twice")
            try:
                keys[name] = _decode(encoded)
            except (binascii.Error, ValueError):
                raise KeyRingError(f"the key in entry {place} of the key ring is not base64") from None
        return cls(keys)

    @staticmethod
    def fresh_text(name: str = "k1") -> str:
        """The text of a ring with one new random key, as `parse` reads it."""
        return f"{name}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode('ascii')}"

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self.ids)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KeyRing):
            return NotImplemented
        return [(name, key.master) for name, key in self._keys.items()] == [
            (name, key.master) for name, key in other._keys.items()]

    def __hash__(self) -> int:
        return hash(self.ids)

    def seal(self, text: str, place: str) -> str:
        """`text` encrypted under the first key for `place` ("table.column"); different at every call."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._keys[self.first].cipher.encrypt(nonce, text.encode("utf-8"), place.encode("utf-8"))
        return f"{self.first}.{_encode(nonce + sealed)}"

    def open(self, stored: str, place: str) -> str:
        """The text that was sealed for `place`. UnreadableValue if it was not, or by a key that the ring lacks."""
        name, _dot, encoded = stored.partition(".")
        if name not in self._keys:
            raise UnreadableValue(f"a value in {place} is sealed by a key that the ring {self.ids} does not hold")
        try:
            raw = _decode(encoded)
            text = self._keys[name].cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode("utf-8"))
        except (InvalidTag, ValueError):
            raise UnreadableValue(f"a value in {place} does not open with key {name!r}") from None
        return text.decode("utf-8")

    def needs_rewrite(self, stored: str) -> bool:
        """Whether `stored` was sealed by another key than the one that writes today."""
        return stored.partition(".")[0] != self.first

    def rewrite(self, stored: str, place: str) -> str:
        """`stored` sealed anew under the first key. UnreadableValue as `open`."""
        return self.seal(self.open(stored, place), place)

    def index_values(self, normal: str, place: str) -> tuple[str, ...]:
        """The blind index of a normalised value in `place` under every key of the ring, the writing one first.

        HMAC-SHA256 cut to 16 bytes, in hex. While keys rotate, rows carry the index of either key: write the first,
        look for all.
        """
        message = f"{place}\x00{normal}".encode()
        return tuple(key.mac("blind-index", message)[:INDEX_BYTES].hex() for key in self._keys.values())

    def keyed_hash(self, purpose: str, text: str) -> str:
        """A hash of `text` in 32 hex digits that nobody can compute or guess without the first key."""
        return self._keys[self.first].mac(f"hash/{purpose}", text.encode("utf-8"))[:INDEX_BYTES].hex()

    def sign(self, purpose: str, message: bytes) -> str:
        """The HMAC-SHA256 of `message` under the first key, as ``<key id>.<base64url>``; for the audit's chain."""
        return f"{self.first}.{_encode(self._keys[self.first].mac(f'sign/{purpose}', message))}"

    def verify(self, purpose: str, message: bytes, signature: str) -> bool:
        """Whether `signature` is what `sign` made of `message` under any key of the ring. Takes constant time."""
        name, _dot, encoded = signature.partition(".")
        if name not in self._keys:
            return False
        expected = _encode(self._keys[name].mac(f"sign/{purpose}", message))
        return hmac.compare_digest(expected.encode(), encoded.encode())
