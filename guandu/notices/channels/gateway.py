"""A gateway on the government network: JSON by POST, signed, no redirects, no proxy, within seconds.

The signature is HMAC-SHA256 over `timestamp.body` in hexadecimal (X-Guandu-Signature, with
X-Guandu-Timestamp in seconds); the gateway drops what is unsigned, too old, or of an `id` that it has.
"""

from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from guandu.core import clock
from guandu.core.digests import canonical, keyed_digest
from guandu.notices.channels.outgoing import NotDelivered, Outgoing

SECONDS = 5.0


class _NoRedirects(HTTPRedirectHandler):
    """Whoever answers elsewhere is not the gateway that was configured."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


class HttpGateway:
    """`url` is http(s); `secret` signs. What the gateway says beside its status is not read."""

    def __init__(self, *, url: str, secret: str, seconds: float = SECONDS) -> None:
        self.url, self.secret, self.seconds = url, secret, seconds
        self.opener = build_opener(ProxyHandler({}), _NoRedirects())

    def send(self, outgoing: Outgoing) -> None:
        request = self._request(canonical(outgoing.as_dict()))
        try:
            with self.opener.open(request, timeout=self.seconds) as answer:
                status = answer.status
        except HTTPError as refusal:
            refusal.close()
            raise NotDelivered(f"网关未接收，返回状态 {refusal.code}。") from refusal
        except TimeoutError as slow:
            raise NotDelivered(f"网关 {self.seconds:g} 秒内没有应答。") from slow
        except URLError as failure:
            raise NotDelivered(self._unreachable(failure.reason)) from failure
        except (OSError, HTTPException) as failure:
            raise NotDelivered("与网关的连接中断。") from failure
        if not 200 <= status < 300:
            raise NotDelivered(f"网关未接收，返回状态 {status}。")

    def _request(self, body: bytes) -> Request:
        stamp = str(int(clock.now().timestamp()))
        signed = keyed_digest(stamp.encode() + b"." + body, self.secret.encode())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Guandu-Timestamp": stamp,
            "X-Guandu-Signature": signed,
        }
        # The address is the operator's own configuration, http or https (guandu.notice_settings).
        return Request(self.url, data=body, headers=headers, method="POST")  # noqa: S310

    def _unreachable(self, reason: object) -> str:
        if isinstance(reason, TimeoutError):
            return f"网关 {self.seconds:g} 秒内没有应答。"
        return "无法连接网关，请核对地址和网络。"
