"""Settings of the portal, one file; what differs between machines comes from the environment.

GUANDU_ENV is `local` (make run), `test` or `production`. Production refuses to start with a
default that would hurt; the other two work with nothing set.
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from guandu import environment
from guandu.web import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

GUANDU_ENV = env("GUANDU_ENV", default="production")
if GUANDU_ENV not in {"local", "test", "production"}:
    raise ImproperlyConfigured(f"GUANDU_ENV={GUANDU_ENV}：只能是 local、test 或 production。")
PRODUCTION = GUANDU_ENV == "production"


def required(name: str, hint: str, *, default: str) -> str:
    """The variable `name`; in production it must be set, elsewhere `default` serves."""
    value = environment.read(name)
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"缺少环境变量 {name}：{hint}")
    return default


DEBUG = env.bool("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("环境变量 DEBUG：正式环境不能打开调试，请删去这个变量。")
SECRET_KEY = required(
    "SECRET_KEY", "请设置一串不少于 50 个字符的随机字符。", default="local-only-" + "k" * 50
)
# Keys that were in use before: what they signed stays valid until it ends (docs/running.md).
SECRET_KEY_FALLBACKS = environment.read_list("SECRET_KEY_FALLBACKS")
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
# Database, uploads and one-time passwords lie in it: its owner alone looks inside.
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
ALLOWED_HOSTS = [
    host.strip()
    for host in required(
        "ALLOWED_HOSTS", "请填写门户的域名，多个用逗号分隔。", default="127.0.0.1,localhost,[::1],testserver"
    ).split(",")
]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Networks of the reverse proxies whose X-Forwarded-For is believed; nobody's when unset.
TRUSTED_PROXIES = environment.read_networks("TRUSTED_PROXIES")

# --- Database: SQLite needs nothing else; PostgreSQL by DATABASE_URL -----------------------------

DATABASE_URL = required(
    "DATABASE_URL",
    "请填写 postgres://用户:口令@主机:5432/库名。",
    default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}",
)
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
ON_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if ON_SQLITE:
    if PRODUCTION:
        raise ImproperlyConfigured("DATABASE_URL：正式环境请使用 PostgreSQL。")
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # A row that REPLACE takes away meets the guards too.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
    # A file, so that worker processes started by a test see the same database.
    if GUANDU_ENV == "test":
        DATABASES["default"]["TEST"] = {
            "NAME": env("TEST_DB_NAME", default=str(VAR_DIR / "test.sqlite3"))
        }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A process frozen inside a transaction loses it, and with it the rows that it holds.
    DATABASES["default"]["OPTIONS"] = {"options": "-c idle_in_transaction_session_timeout=60000"}
    if env("TEST_DB_NAME", default=""):
        DATABASES["default"]["TEST"] = {"NAME": env("TEST_DB_NAME")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and cache: files and the database, or Redis by REDIS_URL -----------------------------

REDIS_URL = required("REDIS_URL", "请填写 redis://主机:6379/0。", default="")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long the broker is away, the workers come back.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A Redis that is full refuses as a channel error; a worker waits for it as for one that is away.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# A worker serves both unless it is told otherwise: celery worker -Q import.
CELERY_TASK_QUEUES = {"default": {}, "import": {}}
# A handler that hangs is ended; its job counts a try.
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_BEAT_SCHEDULER = "guandu.jobs.beat:Scheduler"
# Touched by worker, beat and relay while they live; none where it is unset.
PULSE_FILE = env("PULSE_FILE", default="")
CELERY_BEAT_SCHEDULE = {
    # Asks for what is due today and not yet asked for, so that a round missed is caught up once.
    "daily-round": {"task": "guandu.jobs.tasks.ask_due", "schedule": 300.0, "options": {"expires": 300}},
    # Anchors what is due and sees that the trail's guards stand; checks the chain every ten minutes.
    "audit-watch": {"task": "guandu.oversight.tasks.watch", "schedule": 60.0, "options": {"expires": 60}},
    "messages": {"task": "guandu.notices.tasks.ask_deliveries", "schedule": 60.0, "options": {"expires": 60}},
}
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT = "guandu.jobs.broker:Transport"
    # A worker listens in pops of a second; what takes much longer is a broker that hangs.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 1}
    # The relay gives a message up after a second and sends it again later.
    RELAY_TRANSPORT_OPTIONS = {"socket_timeout": 0.8, "socket_connect_timeout": 0.8, "max_retries": 0}
    CACHES = {
        "default": {
            "BACKEND": "guandu.core.cache.BypassedRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": None},
        }
    }
else:
    BROKER_DIR = VAR_DIR / "celery"
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
    RELAY_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Applications: lower rooms first (docs/architecture.md) --------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.import_export",
    "guandu.admin_config.OfficialAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "import_export",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guandu.core",
    "guandu.audit",
    "guandu.jobs",
    "guandu.accounts",
    "guandu.notices",
    "guandu.files",
    "guandu.web",
    "guandu.exchange",
    "guandu.oversight",
    "parks",
    "targets",
    "rating",
    "investment",
    "guandu.portal",
    "guandu.api",
]

MIDDLEWARE = [
    "guandu.web.middleware.RequestMiddleware",
    "guandu.web.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "guandu.web.headers.ContentPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "guandu.web.middleware.PlainHttpMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "guandu.web.middleware.MethodsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "guandu.web.middleware.BusinessDateMiddleware",
    "guandu.web.middleware.StorableTextMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "guandu.accounts.middleware.SignInRulesMiddleware",
    "guandu.web.middleware.ErrorPageMiddleware",
]

ROOT_URLCONF = "guandu.urls"
WSGI_APPLICATION = "guandu.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guandu.web.context.portal",
            ],
        },
    }
]

# --- Transport and browser rules -----------------------------------------------------------------
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
# Asked by the container itself, which speaks no TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# No page asks for any of these; what a browser offers besides is refused with them or asks the person.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "hid",
        "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
        "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
}  # fmt: skip
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "guandu.web.assets.NodeModulesFinder",
]
# Files of npm packages that pages use: path below node_modules → path below static/.
NODE_ASSETS = {
    "@tabler/core/dist/css/tabler.min.css": "vendor/tabler/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map": "vendor/tabler/tabler.min.css.map",
    "@tabler/core/dist/js/tabler.min.js": "vendor/tabler/tabler.min.js",
    "@tabler/core/dist/js/tabler.min.js.map": "vendor/tabler/tabler.min.js.map",
    "echarts/dist/echarts.min.js": "vendor/echarts/echarts.min.js",
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG or GUANDU_ENV == "test"  # no client of a test looks through all files first
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
MEDIA_ROOT = VAR_DIR / "media"
# Attachments: below no address, part of every backup.
FILES_DIR = Path(env("FILES_DIR", default=str(VAR_DIR / "files"))).resolve()
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Audit trail: its own key, its own place outside the database --------------------------------

_LOCAL_AUDIT_KEY = VAR_DIR / "audit-key"  # made by make run
AUDIT_KEY = required(
    "AUDIT_KEY",
    "请设置一串不少于 50 个字符的随机字符，与 SECRET_KEY 不同，并另行妥善保管。",
    default=_LOCAL_AUDIT_KEY.read_text().strip() if _LOCAL_AUDIT_KEY.exists() else "local-only-" + "a" * 32,
)
# Keys that were in use before, so that what they sealed can still be checked.
AUDIT_KEY_FALLBACKS = environment.read_list("AUDIT_KEY_FALLBACKS")
AUDIT_HASH = env("AUDIT_HASH", default="sha256")
if AUDIT_HASH not in {"sha256", "sm3"}:
    raise ImproperlyConfigured(f"AUDIT_HASH={AUDIT_HASH}：只能是 sha256 或 sm3。")
AUDIT_ANCHOR_DIR = Path(env("AUDIT_ANCHOR_DIR", default=str(VAR_DIR / "audit-anchors"))).resolve()

# --- Numbers of contact persons: sealed under a key of their own ----------------------------------

_LOCAL_CONTACT_KEY = VAR_DIR / "contact-key"  # made by make run
CONTACT_KEY = required(
    "CONTACT_KEY",
    "请设置一串不少于 50 个字符的随机字符，与其他密钥不同，并另行妥善保管；丢失后已登记的联系电话无法恢复。",
    default=_LOCAL_CONTACT_KEY.read_text().strip() if _LOCAL_CONTACT_KEY.exists() else "local-only-" + "c" * 32,
)
# Keys that were in use before: what they sealed still opens (manage.py reseal_contacts).
CONTACT_KEY_FALLBACKS = environment.read_list("CONTACT_KEY_FALLBACKS")

# --- API ------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "guandu.web.api.access.TokenAuthentication",
        "guandu.web.api.access.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["guandu.web.api.access.SignedInOrClient"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["guandu.web.api.parsing.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "guandu.web.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "官渡区产业园区管理与星级评定平台 API",
    "VERSION": "1",
    "DESCRIPTION": "园区、指标、数据、目标与评定结果的只读接口。数值以字符串给出十进制原值，缺报为 null，不以零代替。",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["guandu.web.api.access.SignedInOrClient"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "IndicatorKind": "targets.enums.IndicatorKind",
        "AssessmentKind": "rating.enums.AssessmentKind",
        "SubjectKind": "targets.enums.SubjectKind",
        "TitleLevel": "parks.enums.TitleLevel",
        "TitleState": "parks.enums.TitleState",
        "ReturnState": "targets.enums.ReturnState",
        "TargetStatus": "targets.enums.TargetStatus",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "guandu.api.schema.document_refusals",
        "guandu.api.schema.leave_out_docstrings",
    ],
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=180), "AUTO_REFRESH": False}

LOGGING = logs.configuration(
    as_json=PRODUCTION, level=env("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")
)
logs.conceal(SECRET_KEY, environment.read("OIDC_CLIENT_SECRET"), *SECRET_KEY_FALLBACKS, AUDIT_KEY, *AUDIT_KEY_FALLBACKS)
logs.conceal(CONTACT_KEY, *CONTACT_KEY_FALLBACKS)
logs.conceal(environment.password_of(DATABASE_URL), environment.password_of(REDIS_URL))

# --- What production refuses: each sentence names the variable ------------------------------------
if PRODUCTION:
    environment.strong_key("SECRET_KEY", SECRET_KEY)
    environment.strong_key("AUDIT_KEY", AUDIT_KEY)
    environment.strong_key("CONTACT_KEY", CONTACT_KEY)
    environment.different_keys(SECRET_KEY=SECRET_KEY, AUDIT_KEY=AUDIT_KEY, CONTACT_KEY=CONTACT_KEY)
    environment.strong_password("DATABASE_URL", DATABASE_URL)
    environment.strong_password("REDIS_URL", REDIS_URL)
    environment.named_hosts("ALLOWED_HOSTS", ALLOWED_HOSTS)

from guandu.admin_theme import UNFOLD  # noqa: E402,F401
from guandu.file_settings import *  # noqa: E402,F403
from guandu.notice_settings import *  # noqa: E402,F403
from guandu.sign_in_settings import *  # noqa: E402,F403
