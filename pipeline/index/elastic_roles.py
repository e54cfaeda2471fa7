"""Who may do what in Elasticsearch: roles by index, which every edition has."""

from collections.abc import Mapping

Role = Mapping[str, object]
READ = ("read", "view_index_metadata")


def roles(prefix: str = "") -> Mapping[str, Role]:
    """Each role by its name, as `PUT /_security/role/NAME` and a line of roles.yml take it.

    `headstamp` is what stages, console and `reindex` need; investigators read listings and measures, researchers only
    listings-research. An index behind an alias is read through its alias alone.
    """
    return {
        f"{prefix}headstamp": {
            "cluster": ["monitor", "manage_index_templates"],
            "indices": [{"names": [f"{prefix}listings*", f"{prefix}measures*"], "privileges": ["all"]}],
        },
        f"{prefix}investigators": _reading(f"{prefix}listings", f"{prefix}measures"),
        f"{prefix}researchers": _reading(f"{prefix}listings-research"),
    }


def _reading(*aliases: str) -> Role:
    return {"cluster": [], "indices": [{"names": list(aliases), "privileges": list(READ)}]}
