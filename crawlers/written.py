"""YAML as operators write it: nothing said twice, and an impossible date is a text that its reader can name."""

from pathlib import Path

import yaml

from pipeline.errors import SettingsError


class _Loader(yaml.SafeLoader):
    """The safe loader, but for keys that stand twice in one place, of which YAML takes the last in silence."""

    def compose_mapping_node(self, anchor: dict[str, yaml.Node]) -> yaml.MappingNode:
        found = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in found.value:
            if key.value in seen and isinstance(key.value, str):
                raise yaml.composer.ComposerError(None, None, f"key '{key.value}' is there twice", key.start_mark)
            seen.add(key.value if isinstance(key.value, str) else "")
        return found

    def timestamp(self, node: yaml.ScalarNode) -> object:
        """The date; where there is no such day, the text itself."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.timestamp)


def tree(path: Path, fault: type[SettingsError] = SettingsError) -> object:
    """What a YAML file says; a `fault` with file and line where it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  # a safe one
    except OSError as error:
        raise fault(f"{path}: {error.strerror}; make it readable, or name another file") from error
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        said = str(error).replace('"<unicode string>", ', "")
        raise fault(f"{path}: {' '.join(said.split())}") from error
