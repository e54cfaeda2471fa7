"""Everyone for whom Kibana shows something, and where each stands by the settings."""

from pathlib import Path

from dashboards.kibana.investigators import INVESTIGATORS
from dashboards.kibana.objects import Place, ndjson, objects
from dashboards.kibana.operators import OPERATORS
from dashboards.kibana.researchers import RESEARCHERS
from dashboards.kibana.source import Audience
from pipeline.settings import Settings

AUDIENCES = (INVESTIGATORS, RESEARCHERS, OPERATORS)
FOLDER = Path(__file__).parent


def place(audience: Audience, settings: Settings) -> Place:
    """Where an audience's objects stand by the settings."""
    chosen = settings.kibana
    spaces = {"investigators": chosen.investigators, "researchers": chosen.researchers, "operators": chosen.operators}
    return Place(
        space=spaces[audience.name],
        prefix=settings.elastic.prefix,
        console=chosen.console.rstrip("/"),
    )


def files() -> dict[Path, str]:
    """The committed files, as the settings' defaults make them: what a person may import by hand."""
    settings = Settings()
    return {
        FOLDER / f"{audience.name}.ndjson": ndjson(objects(audience, place(audience, settings)))
        for audience in AUDIENCES
    }
