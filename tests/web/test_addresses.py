"""Whose address a request counts under: a visitor cannot choose it."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory, override_settings
from hypothesis import given, settings as hypothesis_settings, strategies as st

from guandu.web.addresses import client_address, lockout_address

PROXY, NEAR_PROXY, VISITOR = "10.0.0.1", "10.0.0.2", "203.0.113.9"
TRUSTED = [ip_network("10.0.0.0/24")]


def request(peer: str, forwarded: str | None = None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **headers)


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        (VISITOR, None, TRUSTED, VISITOR),
        (VISITOR, "1.2.3.4", TRUSTED, VISITOR),
        (PROXY, "1.2.3.4", [], PROXY),
        (PROXY, VISITOR, TRUSTED, VISITOR),
        (PROXY, f"1.2.3.4, {VISITOR}", TRUSTED, VISITOR),
        (PROXY, f"1.2.3.4, {VISITOR}, {NEAR_PROXY}", TRUSTED, VISITOR),
        (PROXY, f"{VISITOR}:51234", TRUSTED, VISITOR),
        (PROXY, "[2001:db8::1]:443", TRUSTED, "2001:db8::1"),
        (PROXY, "2001:0db8::0001", TRUSTED, "2001:db8::1"),
        (PROXY, f"::ffff:{VISITOR}", TRUSTED, VISITOR),
        (PROXY, "unknown", TRUSTED, PROXY),
        (PROXY, "", TRUSTED, PROXY),
        (PROXY, None, TRUSTED, PROXY),
        ("", VISITOR, TRUSTED, ""),
    ],
)
def test_the_last_hand_that_is_trusted_names_the_visitor(peer, forwarded, trusted, address, settings):
    settings.TRUSTED_PROXIES = trusted
    assert client_address(request(peer, forwarded)) == address


def test_where_there_is_no_address_the_lock_out_keeps_none():
    assert lockout_address(request("")) is None


written = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60)


@given(forged=written)
@hypothesis_settings(max_examples=200, deadline=None)
def test_nothing_a_visitor_writes_moves_his_address(forged):


    with override_settings(TRUSTED_PROXIES=TRUSTED):
        assert client_address(request(VISITOR, forged)) == VISITOR
        assert client_address(request(PROXY, f"{forged},{VISITOR}")) == VISITOR
