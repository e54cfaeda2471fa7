"""Makes the indexes that Kibana shows, so that its data views find them before the first listing."""

from dashboards.kibana.same import Change, What
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_measures import shelf
from pipeline.index.elastic_setup import ensure, serving
from pipeline.settings import Elastic


def make_indexes(index: ElasticIndex, chosen: Elastic) -> list[Change]:
    """Make the templates and indexes that are missing; what became of each. None that is there is altered."""
    measures = shelf(chosen.prefix, chosen.shards)
    missing = serving(index.cluster, measures) is None
    ensure(index.cluster, [measures])
    made = {**index.set_up(), measures.alias: "created" if missing else "unchanged"}
    return [Change(space="", kind="index", name=alias, what=What(what)) for alias, what in made.items()]
