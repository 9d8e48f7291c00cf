"""How gunicorn serves the portal: `gunicorn -c python:guandu.gunicorn_config guandu.wsgi`."""

import os

import gunicorn.http.wsgi

from guandu.web import logs

# What answers is nobody's business.
gunicorn.http.wsgi.SERVER = "portal"

bind = "0.0.0.0:8000"  # noqa: S104  # within the container; only the proxy reaches it
workers = 3
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 25
# A request line longer than any address of the portal, and more headers than a browser sends, are refused.
limit_request_line = 8190
limit_request_fields = 60
control_socket_disable = True
logconfig_dict = logs.configuration(as_json=True, level=os.environ.get("LOG_LEVEL") or "INFO")
