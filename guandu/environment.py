"""What differs between machines: read from the environment or from a file, refused where it would hurt."""

import os
import stat
import zlib
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

KEY_LENGTH = 50
# What random text of KEY_LENGTH characters never goes below once packed; repeated words do.
KEY_PACKED = 42
PASSWORD_LENGTH = 12
KNOWN_STARTS = ("django-insecure", "local-only-", "change", "secret", "请")
KNOWN_WORDS = ("password", "postgres", "guandu", "redis", "valkey", "admin", "123456", "changeme")


def read(name: str) -> str:
    """The variable `name`, or the first line of the file that NAME_FILE names; "" when neither is set.

    Raises ImproperlyConfigured for both at once, a file that cannot be read, or one that others may read.
    """
    value, file = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and file:
        raise ImproperlyConfigured(f"环境变量 {name} 与 {name}_FILE 只能设置一个。")
    return _first_line(name, Path(file)) if file else value


def read_list(name: str) -> list[str]:
    """The variable `name`, read as by `read` and split at commas."""
    return [part for each in read(name).split(",") if (part := each.strip())]


def _first_line(name: str, path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"环境变量 {name}_FILE 所指的文件无法读取，请检查路径、属主和权限。") from error
    if mode & 0o077:
        raise ImproperlyConfigured(f"环境变量 {name}_FILE 所指的文件可被其他用户读取，请将权限改为 600。")
    return lines[0].strip() if lines else ""


def strong_key(name: str, value: str) -> None:
    """Refuses a key that could be guessed."""
    if len(value) < KEY_LENGTH:
        raise ImproperlyConfigured(f"环境变量 {name} 太短：请设置一串不少于 {KEY_LENGTH} 个字符的随机字符。")
    if value.lower().startswith(KNOWN_STARTS) or len(zlib.compress(value.encode())) < KEY_PACKED:
        raise ImproperlyConfigured(f"环境变量 {name} 容易被猜中：请改用随机生成的字符，不要用示例值或重复的字。")


def different_keys(**keys: str) -> None:
    """Each key has one purpose: whoever learns one must not hold another."""
    names = {value: name for name, value in keys.items()}
    if len(names) < len(keys):
        raise ImproperlyConfigured(f"环境变量 {'、'.join(keys)} 不能使用同一个值，请分别生成。")


def password_of(url: str) -> str:
    return unquote(urlsplit(url).password or "")


def strong_password(name: str, url: str) -> None:
    """Refuses an address whose password is missing or could be guessed. A socket of this machine needs none."""
    parts, password = urlsplit(url), password_of(url)
    if parts.scheme in {"unix", "redis+socket"}:
        return
    if not password:
        raise ImproperlyConfigured(f"环境变量 {name} 中没有口令，请为该服务设置口令并写入地址。")
    if len(password) < PASSWORD_LENGTH or len(set(password)) < PASSWORD_LENGTH // 2:
        raise ImproperlyConfigured(f"环境变量 {name} 中的口令过于简单，请设置不少于 {PASSWORD_LENGTH} 位的随机口令。")
    if password == parts.username or any(word in password.lower() for word in KNOWN_WORDS):
        raise ImproperlyConfigured(f"环境变量 {name} 中的口令含有常见词或与用户名相同，请改用随机口令。")


def named_hosts(name: str, hosts: list[str]) -> None:
    """Refuses a list that lets any host in."""
    if any("*" in host for host in hosts):
        raise ImproperlyConfigured(f"环境变量 {name} 不能使用 *，请写明门户的域名。")


def read_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """The networks that the variable `name` lists, by comma; a single address is a network of one."""
    try:
        return [ip_network(text.strip()) for text in read_list(name) if text.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}：请填写网段，如 10.0.0.0/8，多个用逗号分隔。") from error
