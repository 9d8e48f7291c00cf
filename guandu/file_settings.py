"""How large and how many attachments may be; part of guandu.settings. Sizes in bytes."""

import environ

_ENV = environ.Env()
_MEGABYTE = 1024 * 1024

# The proxy takes 25 MB a request (docker/nginx/nginx.conf).
FILES_MOST_BYTES = _ENV.int("FILES_MOST_BYTES", default=20 * _MEGABYTE)
# On one owner, e.g. one return, over all its versions.
FILES_MOST_BYTES_ON_OWNER = _ENV.int("FILES_MOST_BYTES_ON_OWNER", default=200 * _MEGABYTE)
FILES_MOST_ON_OWNER = _ENV.int("FILES_MOST_ON_OWNER", default=50)
