"""Who may do what in Elasticsearch: roles by index, which every edition has."""

from collections.abc import Mapping

Role = Mapping[str, object]
READERS = {"investigators": "listings", "researchers": "listings-research", "operators": "measures"}
"""Who reads which index, and no other; `headstamp dashboards install` makes these roles, with a space of Kibana for each."""


def roles(prefix: str = "") -> Mapping[str, Role]:
    """Each role by its name, as `PUT /_security/role/NAME` and a line of roles.yml take it.

    `headstamp` is what stages, console and `reindex` need. An index behind an alias is read through its alias alone.
    """
    work: Role = {
        "cluster": ["monitor", "manage_index_templates"],
        "indices": [{"names": [f"{prefix}listings*", f"{prefix}measures*"], "privileges": ["all"]}],
    }
    readers = {f"{prefix}headstamp-{who}": reading(f"{prefix}{index}") for who, index in READERS.items()}
    return {f"{prefix}headstamp": work, **readers}


def reading(index: str) -> Role:
    """The role of those who read one index."""
    return {"cluster": [], "indices": [{"names": [index], "privileges": ["read", "view_index_metadata"]}]}
