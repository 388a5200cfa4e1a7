"""The ring of keys: what it opens, what it refuses, and that neither ciphertext nor hash gives anything away."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.encryption.rings import KeyRing, KeyRingError, UnreadableValue

OLD, NEW = bytes(range(32)), bytes(range(100, 132))
PLACE = "customer.phone"


def key_text(raw):
    return base64.b64encode(raw).decode()


@pytest.fixture
def ring():
    return KeyRing({"k1": OLD})


@pytest.fixture
def rotated():
    return KeyRing({"k2": NEW, "k1": OLD})


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_to_the_same_text(text):
    ring = KeyRing({"k1": OLD})
    assert ring.open(ring.seal(text, PLACE), PLACE) == text


def test_the_stored_form_is_compact_ascii_with_the_key_id_in_front(ring):
    stored = ring.seal("13800138000", PLACE)
    name, encoded = stored.split(".")
    assert name == "k1"
    assert stored.isascii()
    assert "=" not in encoded
    assert len(encoded) == -(-(12 + 11 + 16) * 4 // 3)


def test_the_same_text_is_sealed_differently_each_time(ring):
    assert len({ring.seal("13800138000", PLACE) for _ in range(50)}) == 50


def test_nothing_of_the_text_shows_in_the_stored_form(ring):
    raw = base64.urlsafe_b64decode(ring.seal("13800138000", PLACE).split(".")[1] + "==")
    assert b"13800138000" not in raw
    assert b"138" not in raw or b"8000" not in raw


@pytest.mark.parametrize("place", range(0, 60, 3))
def test_a_value_with_one_changed_sign_does_not_open(ring, place):
    name, encoded = ring.seal("zhang.san@example.com, home", PLACE).split(".")
    changed = encoded[:place] + ("A" if encoded[place] != "A" else "B") + encoded[place + 1:]
    with pytest.raises(UnreadableValue):
        ring.open(f"{name}.{changed}", PLACE)


def test_a_value_moved_to_another_column_does_not_open(ring):
    stored = ring.seal("13800138000", "customer.phone")
    for place in ("contact.phone", "customer.email", "customer.phone ", ""):
        with pytest.raises(UnreadableValue):
            ring.open(stored, place)


@pytest.mark.parametrize("stored", ["", "k1", "k1.", "k1.AAAA", "k1.not base64!", "k1.\u00e4\u00e4", "13800138000", ".",
                                    "k1." + "A" * 54, "k1.A"])
def test_what_was_never_sealed_does_not_open(ring, stored):
    with pytest.raises(UnreadableValue):
        ring.open(stored, PLACE)


def test_a_value_under_another_key_id_does_not_open(ring, rotated):
    stored = rotated.seal("13800138000", PLACE)
    with pytest.raises(UnreadableValue, match="does not hold"):
        ring.open(stored, PLACE)
    with pytest.raises(UnreadableValue, match="does not open"):
        rotated.open("k1." + stored.split(".")[1], PLACE)


def test_another_key_under_the_same_id_does_not_open(ring):
    with pytest.raises(UnreadableValue):
        KeyRing({"k1": NEW}).open(ring.seal("13800138000", PLACE), PLACE)


def test_an_unreadable_value_is_not_repeated_in_the_error(ring):
    stored = ring.seal("13800138000", PLACE)
    with pytest.raises(UnreadableValue) as caught:
        ring.open(stored[:-2] + "zz", PLACE)
    assert PLACE in str(caught.value)
    assert stored[5:20] not in str(caught.value)
    assert caught.value.__cause__ is None


def test_after_rotation_the_new_key_writes_and_both_read(ring, rotated):
    before = ring.seal("13800138000", PLACE)
    after = rotated.rewrite(before, PLACE)
    assert rotated.open(before, PLACE) == rotated.open(after, PLACE) == "13800138000"
    assert rotated.seal("x", PLACE).startswith("k2.")
    assert rotated.needs_rewrite(before)
    assert not rotated.needs_rewrite(after)
    assert KeyRing({"k2": NEW}).open(after, PLACE) == "13800138000"


def test_rewriting_refuses_what_does_not_open(rotated, ring):
    with pytest.raises(UnreadableValue):
        rotated.rewrite(ring.seal("x", "customer.email"), PLACE)


def test_a_ring_is_read_from_text_in_its_order():
    ring = KeyRing.parse(f" k2:{key_text(NEW)} , k1:{key_text(OLD)},")
    assert ring.ids == ("k2", "k1")
    assert ring.first == "k2"
    assert ring == KeyRing({"k2": NEW, "k1": OLD})


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode,
                                    lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=")])
def test_both_base64_alphabets_are_read_with_or_without_padding(encode):
    raw = b"\xfb\xff\xbf" * 10 + b"\xfb\xff"
    assert KeyRing.parse("k1:" + encode(raw).decode()) == KeyRing({"k1": raw})


@pytest.mark.parametrize(("text", "words"), [
    ("", "empty"), (" , ", "empty"), ("k1", "entry 1 .* no colon"), (f"k1:{key_text(OLD)},zz", "entry 2 .* no colon"),
    (f"k1:{key_text(OLD[:31])}", "31 bytes instead of 32"), (f"k1:{key_text(OLD + b'x')}", "33 bytes"),
    ("k1:", "0 bytes"), ("k1:%%%%", "entry 1 .* not base64"), ("k1:AAAAA", "not base64"), ("k1:ää", "not base64"),
    (f"k.1:{key_text(OLD)}", "key id"), (f":{key_text(OLD)}", "key id"), (f"{'k' * 17}:{key_text(OLD)}", "key id"),
    (f"k1:{key_text(OLD)},k1:{key_text(NEW)}", "entry 2 .* twice"),
    (f"k1:{key_text(OLD)},k2:{key_text(OLD)}", "same key")])
def test_a_wrong_ring_is_refused_in_words(text, words):
    with pytest.raises(KeyRingError, match=words):
        KeyRing.parse(text)


def test_no_key_stands_in_an_error_or_in_the_ring_as_text(ring):
    short = key_text(b"secret-secret-secret")
    for text in (f"k1:{short}", f"k1:{short}!!", f"k1{short}", f"{short}:{short}"):
        with pytest.raises(KeyRingError) as caught:
            KeyRing.parse(text)
        assert short not in str(caught.value)
    assert repr(ring) == "KeyRing(k1)"


def test_fresh_rings_differ_and_can_be_read():
    one, other = KeyRing.fresh_text(), KeyRing.fresh_text("k9")
    assert KeyRing.parse(one).ids == ("k1",)
    assert KeyRing.parse(other).ids == ("k9",)
    assert KeyRing.parse(one) != KeyRing.parse(one.replace("k1:", "k9:"))
    assert one.split(":")[1] != other.split(":")[1]


def test_rings_are_equal_by_keys_and_order(ring, rotated):
    assert ring == KeyRing({"k1": OLD})
    assert hash(ring) == hash(KeyRing({"k1": OLD}))
    assert ring != KeyRing({"k1": NEW})
    assert rotated != KeyRing({"k1": OLD, "k2": NEW})
    assert ring != "k1"


def test_the_blind_index_is_equal_for_equal_values_only(ring):
    one, = ring.index_values("+8613800138000", PLACE)
    assert ring.index_values("+8613800138000", PLACE) == (one,)
    assert len(one) == 32
    assert int(one, 16)
    assert ring.index_values("+8613800138001", PLACE) != (one,)
    assert ring.index_values("+8613800138000", "contact.phone") != (one,)
    assert KeyRing({"k1": NEW}).index_values("+8613800138000", PLACE) != (one,)


def test_place_and_value_cannot_be_shifted_into_one_another(ring):
    assert ring.index_values("b", "customer.a") != ring.index_values("", "customer.ab")
    assert ring.index_values("x", "a.b") != ring.index_values(".bx", "a")


def test_while_keys_rotate_both_indexes_are_known_the_writing_one_first(ring, rotated):
    both = rotated.index_values("+8613800138000", PLACE)
    assert both == (*KeyRing({"k2": NEW}).index_values("+8613800138000", PLACE),
                    *ring.index_values("+8613800138000", PLACE))


def test_every_purpose_has_a_key_of_its_own(ring):
    made = {ring.keyed_hash("a", "x"), ring.keyed_hash("b", "x"), ring.index_values("x", "a")[0],
            ring.sign("a", b"x").split(".")[1], ring.sign("b", b"x").split(".")[1]}
    assert len(made) == 5


def test_a_keyed_hash_needs_the_key(ring):
    assert ring.keyed_hash("login", "ann") == ring.keyed_hash("login", "ann") != ring.keyed_hash("login", "bob")
    assert KeyRing({"k1": NEW}).keyed_hash("login", "ann") != ring.keyed_hash("login", "ann")


def test_a_signature_holds_for_its_message_purpose_and_key(ring, rotated):
    signature = ring.sign("audit", b"entry 1")
    assert ring.verify("audit", b"entry 1", signature)
    assert rotated.verify("audit", b"entry 1", signature)
    assert rotated.sign("audit", b"entry 1").startswith("k2.")
    assert not ring.verify("audit", b"entry 2", signature)
    assert not ring.verify("export", b"entry 1", signature)
    assert not KeyRing({"k1": NEW}).verify("audit", b"entry 1", signature)


@pytest.mark.parametrize("signature", ["", "k1", "k1.", "k2.AAAA", "k1.AAAA", "k1.ä"])
def test_a_made_up_signature_never_holds(ring, signature):
    assert not ring.verify("audit", b"entry 1", signature)


def test_the_derived_keys_never_change():
    # Stored values depend on the derivation: this fails when somebody changes it without a migration.
    ring = KeyRing({"k1": OLD})
    assert ring.index_values("+8613800138000", PLACE) == ("bdd6f45927ee5e9ea62d78b76e5c12f0",)
    assert ring.open("k1.XNQRpw4fwPqITf6qoaXCHXtjUUFtCKadHaD3iWYaWj7L2_x-cUES", PLACE) == "13800138000"
