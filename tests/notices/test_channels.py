"""Channels beside the portal's own message: a signed POST to a gateway, lines in a folder."""

import json
import os
import socket
import stat
import subprocess
import sys

import pytest

from guandu.core.digests import keyed_digest
from guandu.notices.channels import NotDelivered, Outgoing, channels
from guandu.notices.channels.folder import Folder
from guandu.notices.channels.gateway import HttpGateway
from tests.notices.gateways import SECRET, as_channel, gateway

pytestmark = [pytest.mark.feature("B24"), pytest.mark.once]
MESSAGE = Outgoing(7, "zhang.san", "张三", "13800001111", "请报送", "三季度报表 10 月 15 日截止", "https://p/returns/1/")


@pytest.fixture
def server():
    with gateway() as running:
        yield running


def test_a_gateway_gets_the_message_as_json(server):
    HttpGateway(url=server.url, secret=SECRET).send(MESSAGE)
    ((headers, body),) = server.received
    assert json.loads(body) == {
        "id": 7,
        "to": {"account": "zhang.san", "name": "张三", "phone": "13800001111"},
        "title": "请报送",
        "text": "三季度报表 10 月 15 日截止",
        "url": "https://p/returns/1/",
    }
    assert headers["Content-Type"] == "application/json; charset=utf-8"


def test_the_gateway_can_check_who_sent_it_and_when(server):
    HttpGateway(url=server.url, secret=SECRET).send(MESSAGE)
    ((headers, body),) = server.received
    signed = headers["X-Guandu-Timestamp"].encode() + b"." + body
    assert headers["X-Guandu-Signature"] == keyed_digest(signed, SECRET.encode())
    assert headers["X-Guandu-Signature"] != keyed_digest(signed + b" ", SECRET.encode())
    assert SECRET not in str(headers) + body.decode()


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_what_the_gateway_refuses_is_not_delivered(server, status):
    server.status = status
    with pytest.raises(NotDelivered, match=f"返回状态 {status}"):
        HttpGateway(url=server.url, secret=SECRET).send(MESSAGE)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(server, status):
    with gateway() as elsewhere:
        server.status, server.location = status, elsewhere.url
        with pytest.raises(NotDelivered, match=f"返回状态 {status}"):
            HttpGateway(url=server.url, secret=SECRET).send(MESSAGE)
        assert elsewhere.received == []
    assert len(server.received) == 1


def test_a_gateway_that_is_away_is_said_to_be(server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotDelivered, match="无法连接网关"):
            HttpGateway(url=f"http://127.0.0.1:{taken.getsockname()[1]}/", secret=SECRET).send(MESSAGE)


def test_a_slow_gateway_is_not_waited_for(server):
    server.delay = 3.0
    with pytest.raises(NotDelivered, match=r"0\.3 秒内没有应答"):
        HttpGateway(url=server.url, secret=SECRET, seconds=0.3).send(MESSAGE)


def test_no_proxy_of_the_machine_is_used(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    HttpGateway(url=server.url, secret=SECRET).send(MESSAGE)
    assert len(server.received) == 1


def test_a_folder_gets_a_line_for_each_message(tmp_path):
    folder = Folder(path=str(tmp_path / "out"))
    folder.send(MESSAGE)
    folder.send(MESSAGE)
    (file,) = (tmp_path / "out").iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert lines == [MESSAGE.as_dict()] * 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotDelivered, match="无法写入"):
        Folder(path=str(tmp_path / "file" / "out")).send(MESSAGE)


def test_the_settings_name_the_channels(settings):
    settings.NOTICE_CHANNELS = as_channel("http://gateway.internal/send")
    (channel,) = channels().values()
    assert (channel.code, channel.name) == ("sms", "短信")
    assert channel.backend.url == "http://gateway.internal/send"


def configured(**environment: str) -> subprocess.CompletedProcess:
    """What guandu.notice_settings makes of this environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NOTICE_")}
    code = "from guandu import notice_settings as s; print(sorted(s.NOTICE_CHANNELS), s.NOTICE_DEFAULT_CHANNEL)"
    return subprocess.run(
        [sys.executable, "-c", code], env=clean | environment, capture_output=True, text=True, check=False
    )


def test_nothing_set_means_no_channel():
    assert configured().stdout == "[] \n"


def test_channels_come_from_the_environment():
    said = configured(
        NOTICE_SMS_URL="http://gateway/send", NOTICE_SMS_SECRET="s" * 20, NOTICE_FOLDER="/srv/out",
        NOTICE_DEFAULT_CHANNEL="sms",
    )  # fmt: skip
    assert said.stdout == "['folder', 'sms'] sms\n"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"NOTICE_SMS_URL": "http://gateway/send"}, "缺少环境变量 NOTICE_SMS_SECRET"),
        ({"NOTICE_WECOM_URL": "file:///etc/passwd", "NOTICE_WECOM_SECRET": "s" * 60}, "NOTICE_WECOM_URL：请填写网关地址"),
        ({"NOTICE_DINGTALK_URL": "http://a:b@gateway/", "NOTICE_DINGTALK_SECRET": "s"}, "其中不写口令"),
        ({"NOTICE_DEFAULT_CHANNEL": "sms"}, "没有接入这个渠道"),
        (
            {"GUANDU_ENV": "production", "NOTICE_SMS_URL": "http://g/", "NOTICE_SMS_SECRET": "short"},
            "NOTICE_SMS_SECRET 太短",
        ),
    ],
)
def test_what_would_hurt_is_refused_by_name(environment, sentence):
    said = configured(**environment)
    assert said.returncode != 0
    assert sentence in said.stderr
