"""Sealed texts: nobody reads them without the key, and they open for their owner only."""

import secrets

import pytest

from guandu.core.sealed import Unsealable, is_current, seal, unseal

pytestmark = [pytest.mark.once, pytest.mark.feature("X10")]

NUMBER = "13800000000"
OWNER = "parks.park:P-1"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.CONTACT_KEY = secrets.token_urlsafe(64)
    settings.CONTACT_KEY_FALLBACKS = []


def test_a_number_comes_back_and_does_not_stand_in_the_sealed_text():
    sealed = seal(NUMBER, owner=OWNER)
    assert NUMBER not in sealed
    assert unseal(sealed, owner=OWNER) == NUMBER


def test_the_same_number_is_never_sealed_alike():
    assert seal(NUMBER, owner=OWNER) != seal(NUMBER, owner=OWNER)


def test_moved_to_another_owner_it_does_not_open():
    with pytest.raises(Unsealable):
        unseal(seal(NUMBER, owner=OWNER), owner="parks.park:P-2")


@pytest.mark.parametrize("place", [-2, -12, -30])
def test_an_altered_text_does_not_open(place):
    sealed = seal(NUMBER, owner=OWNER)
    other = "A" if sealed[place] != "A" else "B"
    with pytest.raises(Unsealable):
        unseal(sealed[:place] + other + sealed[place:][1:], owner=OWNER)


@pytest.mark.parametrize("text", ["", "plain", "1:", "1:abc:def", "2:000000000000:AAAA"])
def test_what_was_never_sealed_does_not_open(text):
    with pytest.raises(Unsealable):
        unseal(text, owner=OWNER)


def test_a_former_key_opens_what_it_sealed_until_it_is_taken_away(settings):
    sealed = seal(NUMBER, owner=OWNER)
    settings.CONTACT_KEY, settings.CONTACT_KEY_FALLBACKS = secrets.token_urlsafe(64), [settings.CONTACT_KEY]
    assert unseal(sealed, owner=OWNER) == NUMBER
    assert not is_current(sealed)
    assert is_current(seal(NUMBER, owner=OWNER))
    settings.CONTACT_KEY_FALLBACKS = []
    with pytest.raises(Unsealable):
        unseal(sealed, owner=OWNER)
