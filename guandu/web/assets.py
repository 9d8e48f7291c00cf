"""Serving chosen files of installed npm packages under static/vendor/, and no others."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import Warning
from django.core.files.storage import FileSystemStorage


class NodeModulesFinder(BaseFinder):
    """An allow-list: a whole dist/ folder would copy a thousand files and break the manifest."""

    def __init__(self, *args, **kwargs) -> None:
        self.root = Path(settings.BASE_DIR) / "node_modules"
        self.storage = _Renamed(self.root)

    def find(self, path, find_all=False, **kwargs):
        source = self.storage.sources.get(path)
        found = [str(self.root / source)] if source and (self.root / source).is_file() else []
        # Nothing found is an empty list for either: Django takes None for a place that was found.
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns):
        for path, source in self.storage.sources.items():
            if (self.root / source).is_file():
                yield path, self.storage

    def check(self, **kwargs):
        """A warning while files are missing; production serves what was collected before."""
        missing = [name for name in self.storage.sources.values() if not (self.root / name).is_file()]
        if settings.PRODUCTION or not missing:
            return []
        hint = "请执行 make run 或 npm ci --ignore-scripts。"
        return [Warning(f"缺少前端文件：{'、'.join(missing)}。", hint=hint, id="guandu.W001")]


class _Renamed(FileSystemStorage):
    """Reads static/vendor/… names from where npm put the files."""

    def __init__(self, root: Path) -> None:
        super().__init__(location=root)
        self.prefix = ""
        self.sources = {target: source for source, target in settings.NODE_ASSETS.items()}

    def path(self, name: str) -> str:
        return super().path(self.sources.get(name, name))
