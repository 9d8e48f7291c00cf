"""/healthz says that the process is alive: over plain HTTP, without a question to the database."""

import pytest


@pytest.fixture
def over_http_to_production(settings, client):
    settings.SECURE_SSL_REDIRECT = True
    return client


@pytest.mark.parametrize("method", ["get", "head"])
def test_alive_needs_no_database_and_no_tls(method, over_http_to_production):
    """Without the mark that lends a database, any query of this request fails the test."""
    response = getattr(over_http_to_production, method)("/healthz")
    assert response.status_code == 200


@pytest.mark.django_db
def test_every_other_address_is_led_to_https(over_http_to_production):
    for path in ("/accounts/sign-in/", "/healthz/", "/api/v1/healthz"):
        response = over_http_to_production.get(path)
        assert response.status_code == 301
        assert response.headers["Location"].startswith("https://")
