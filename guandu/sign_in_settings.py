"""People: accounts, passwords, sessions, and how they sign in: what Django, django-axes, django-allauth and
the single sign-on read, for guandu.settings.

Numbers that the security administrator chooses are not here but in the row of the sign-in policy.
"""

import environ
from django.core.exceptions import ImproperlyConfigured

from guandu import environment

_env = environ.Env()
_ENV = _env("GUANDU_ENV", default="production")

AUTH_USER_MODEL = "accounts.User"
# The first refuses those locked out, the second checks the password.
AUTHENTICATION_BACKENDS = ["guandu.accounts.backends.LockoutBackend", "guandu.accounts.backends.AccountBackend"]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if _ENV == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"guandu.accounts.validators.{rule}"}
    for rule in ("PolicyLength", "CharacterClasses", "NoPersonalOrDistrictWord", "NotCommon", "NotUsedBefore")
]
# A one-time password is told as a message: it stays on the server, never in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Rows of the database: they end when the portal says so. Idle and longest time are the sign-in
# policy's (guandu.accounts.middleware), whose longest this is.
SESSION_ENGINE = "guandu.accounts.session_engine"
SESSION_COOKIE_AGE = 24 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "guandu.web.errors.csrf_failure"
if _ENV == "production":
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
# A refused sign-in takes as long as this in every case: what it was refused for cannot be timed.
REFUSED_SIGN_IN_SECONDS = 0.0 if _ENV == "test" else 0.4

# Lock-out: what counts, how long and whom it locks is guandu.accounts.lockout's, after the policy row.
AXES_HANDLER = "guandu.accounts.actions.sessions.RecordedLockout"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = "guandu.accounts.lockout.failure_limit"
AXES_COOLOFF_TIME = "guandu.accounts.lockout.lock_time"
AXES_CLIENT_IP_CALLABLE = "guandu.web.addresses.lockout_address"
# Left at "username": with "login" the right password would pass while locked.
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "guandu.accounts.lockout.attempted_name"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = [
    "username", "ip_address", "login", "csrfmiddlewaretoken", "next", "code", "old", "new", "again",
]  # fmt: skip
# Its middleware would answer a locked account otherwise than a wrong password.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]

# Sign-in, second factor, single sign-on: accounts are opened by the system administrator alone.
ACCOUNT_ADAPTER = "guandu.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Counted by the lock-out in the database; the package's own counters lie in the cache.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGIN_TIMEOUT = 300
MFA_ADAPTER = "guandu.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "官渡区产业园区平台"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "guandu.accounts.forms_factor.CodeForm",
    "reauthenticate": "guandu.accounts.forms_factor.CodeAgainForm",
    "activate_totp": "guandu.accounts.forms_factor.EnrolForm",
}
# Dotted names of the means of a second factor (guandu.accounts.factors.Means).
SECOND_FACTORS = ["guandu.accounts.factors.TOTP", "guandu.accounts.factors.SINGLE_SIGN_ON"]

# The district's single sign-on (OpenID Connect): off while OIDC_SERVER is unset.
SOCIALACCOUNT_ADAPTER = "guandu.accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
# A link, not a form: the content policy lets no form lead to another host.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
OIDC_SERVER = _env("OIDC_SERVER", default="")
OIDC_NAME = _env("OIDC_NAME", default="统一身份认证")
# Whether the other side asks for a second factor of its own, so that ours is not asked for again.
OIDC_SECOND_FACTOR = _env.bool("OIDC_SECOND_FACTOR", default=False)
SOCIALACCOUNT_PROVIDERS = {}
if OIDC_SERVER:
    if not environment.read("OIDC_CLIENT_ID"):
        raise ImproperlyConfigured("缺少环境变量 OIDC_CLIENT_ID：请填写统一身份认证分配的应用编号。")
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "district",
                "name": OIDC_NAME,
                "client_id": environment.read("OIDC_CLIENT_ID"),
                "secret": environment.read("OIDC_CLIENT_SECRET"),
                # The claim that holds the portal's account.
                "settings": {
                    "server_url": OIDC_SERVER,
                    "uid_field": _env("OIDC_CLAIM", default="preferred_username"),
                },
            }
        ],
    }
