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
    for path in ("/accounts/sign-in/", "/healthz/"):
        response = over_http_to_production.get(path)
        assert response.status_code == 301
        assert response.headers["Location"].startswith("https://")


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/parks/", "/api/v1/healthz"])
def test_the_interface_is_refused_rather_than_redirected(path, over_http_to_production):
    """A redirect would let a client send its token unencrypted every time, and never notice."""
    response = over_http_to_production.get(path, headers={"authorization": "Token abc"})
    assert response.status_code == 403
    assert "Location" not in response
    assert "https" in response.json()["message"]
