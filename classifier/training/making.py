"""Makes a whole model directory: trains, writes weights and manifest, and beside them what a drift report compares with."""

from pathlib import Path

from classifier.bases.fetch import origin
from classifier.manifest import Story
from classifier.store import save
from classifier.training.lesson import Lesson
from classifier.training.remember import remember
from classifier.training.train import train
from classifier.tuning.workshop import Workshop
from pipeline.taxonomy import Track


def written(taught: Lesson, shop: Workshop, data: Path, directory: Path) -> dict[str, object]:
    """Train on a lesson and write the model directory; its digest, sizes and thresholds."""
    trained = train(taught, directory.name, shop)
    story = Story(
        seed=shop.seed, trained_on=tuple(taught.origins), base=origin(shop.base) if shop.base is not None else {}
    )
    digest = save(trained.model, directory, story, trained.encoder)
    remember(taught, trained, data, directory)
    return {
        "digest": digest,
        "n-grams": len(trained.model.weights.grams),
        "encoder": "yes" if trained.encoder else "no",
        "flag_at": trained.model.thresholds[Track.OFFERS].flag_at,
        "directory": str(directory),
    }
