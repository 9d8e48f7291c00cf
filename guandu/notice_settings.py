"""Channels that messages may take beside the portal itself, from the environment, for guandu.settings.

Nothing is set: messages stand in the portal alone, and its page says so.
"""

from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from guandu import environment
from guandu.web import logs

_env = environ.Env()
_ENV = _env("GUANDU_ENV", default="production")


def _gateway(code: str, name: str, url: str, secret: str) -> dict[str, Any] | None:
    variable = f"NOTICE_{code.upper()}"
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ImproperlyConfigured(f"环境变量 {variable}_URL：请填写网关地址，例如 https://网关地址/send，其中不写口令。")
    if not secret:
        raise ImproperlyConfigured(f"缺少环境变量 {variable}_SECRET：请填写与{name}网关约定的签名密钥。")
    if _ENV == "production":
        environment.strong_key(f"{variable}_SECRET", secret)
    return {
        "name": name,
        "backend": "guandu.notices.channels.gateway.HttpGateway",
        "options": {"url": url, "secret": secret},
    }


def _folder() -> dict[str, Any] | None:
    path = _env("NOTICE_FOLDER", default="")
    if not path:
        return None
    backend = "guandu.notices.channels.folder.Folder"
    return {"name": _env("NOTICE_FOLDER_NAME", default="消息文件"), "backend": backend, "options": {"path": path}}


def _configured() -> dict[str, dict[str, Any]]:
    gateways = (
        ("sms", "短信", _env("NOTICE_SMS_URL", default=""), environment.read("NOTICE_SMS_SECRET")),
        ("dingtalk", "政务钉钉", _env("NOTICE_DINGTALK_URL", default=""), environment.read("NOTICE_DINGTALK_SECRET")),
        ("wecom", "企业微信", _env("NOTICE_WECOM_URL", default=""), environment.read("NOTICE_WECOM_SECRET")),
    )
    found = {given[0]: _gateway(*given) for given in gateways} | {"folder": _folder()}
    return {code: each for code, each in found.items() if each}


NOTICE_CHANNELS = _configured()
logs.conceal(*(each["options"].get("secret", "") for each in NOTICE_CHANNELS.values()))
# Whoever has chosen nothing is told through this one too; in the portal alone when unset.
NOTICE_DEFAULT_CHANNEL = _env("NOTICE_DEFAULT_CHANNEL", default="")
if NOTICE_DEFAULT_CHANNEL and NOTICE_DEFAULT_CHANNEL not in NOTICE_CHANNELS:
    raise ImproperlyConfigured(
        f"NOTICE_DEFAULT_CHANNEL={NOTICE_DEFAULT_CHANNEL}：没有接入这个渠道，已接入：{'、'.join(NOTICE_CHANNELS) or '无'}。"
    )
# The portal's address as people open it, put before the links in messages that leave it.
PORTAL_URL = _env("PORTAL_URL", default="").rstrip("/")
