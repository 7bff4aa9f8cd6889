"""Put this folder on PYTHONPATH before running Debian 12's `az`.

Debian ships azure-cli 2.45 with azure-mgmt-authorization 3.0.0, whose operation classes call `_config` what the command
line reads as `config`: without help every `az role ...` that needs the subscription id ends in a traceback. After a
module of that package is imported, each of its operation classes gets a `config` that is its `_config`. Nothing of the
installation is changed.
"""

import importlib.abc
import importlib.util
import re
import sys

_OPERATIONS = re.compile(r"azure\.mgmt\.authorization\..*operations$")


def _add_config(module):
    for name, value in vars(module).items():
        if name.endswith("Operations") and isinstance(value, type) and not hasattr(value, "config"):
            value.config = property(lambda operations: operations._config)


class _Loader(importlib.abc.Loader):
    def __init__(self, inner):
        self._inner = inner

    def create_module(self, spec):
        return self._inner.create_module(spec)

    def exec_module(self, module):
        self._inner.exec_module(module)
        _add_config(module)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self):
        self._busy = False

    def find_spec(self, name, path, target=None):
        if self._busy or not _OPERATIONS.match(name):
            return None
        self._busy = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._busy = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


sys.meta_path.insert(0, _Finder())
