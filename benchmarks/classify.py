"""How fast are listings classified on one CPU thread, against a plain transformers pipeline, at what recall, and how does it bear hostile text?

Run as `.venv/bin/python -m benchmarks.classify --base DIR`; every rate is listings a CPU second, the median of a few rounds of other listings.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.classify_texts import Texts, Told, hostile, listing, texts, titles
from benchmarks.classify_told import LONG, TITLES, Rate, Report, Screened, show
from classifier.entities import entities
from classifier.features import view
from classifier.judge import Judge
from classifier.language import language
from classifier.linear import Linear
from classifier.model import Model
from classifier.reading import line
from classifier.signs import signs
from classifier.stack import Read, Screen, Stack
from classifier.store import load
from pipeline.records import Context, Listing
from pipeline.taxonomy import Act, Category, Track
from pipeline.terminal import show_json

MODEL, DATA = Path("models/stack-1"), Path("../shared/data")
ROUNDS, BATCH = 3, 100
PLAIN, MOST_TOKENS = (8, 32), 256
"""Batches of the plain pipeline, and the tokens that it reads."""
LOADED = """
import sys, time
from pathlib import Path
def peak():
    return next(int(each.split()[1]) / 1024 for each in open("/proc/self/status") if each.startswith("VmHWM"))
begun = time.process_time()
import classifier.store
imported = time.process_time()
stack = classifier.store.load(Path(sys.argv[1]), 1)
loaded = time.process_time()
from benchmarks.classify_told import LONG, TITLES, Rate, Report, Screened, show
from benchmarks.classify_texts import hostile, listing
from pipeline.records import Context
found = [listing("Glock 19 9mm", f"advert {number} " + "word " * 116, number) for number in range(40)]
stack.classify(found, [Context()] * 40)
usual = peak()
worst = [listing("Glock 19 9mm", text, 1) for text in hostile().values()]
stack.classify(worst, [Context()] * len(worst))
print(imported - begun, loaded - imported, usual, peak())
"""
"""A process of its own that loads a model and classifies; CPU seconds, and the most memory it ever held."""
Work = Callable[[Sequence[Listing]], object]


def main() -> int:
    """Print the figures; 2 where there is no model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL, help=f"model directory (default: {MODEL})")
    parser.add_argument("--base", type=Path, help="Hugging Face directory for the plain pipeline")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the research data")
    parser.add_argument("--encoded", type=int, default=60, help="listings a round of the ways that encode each of them")
    parser.add_argument("--screened", type=int, default=1_000, help="listings a round of the ways that do not")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    if not (arguments.model / "manifest.json").is_file():
        print(f"NOTHING WAS MEASURED. {arguments.model}: no model; name one with --model", file=sys.stderr)
        return 2
    os.environ["OMP_NUM_THREADS"] = "1"
    found = report(arguments)
    show_json(found) if arguments.json else show(found)
    return 0


def report(arguments: argparse.Namespace) -> Report:
    model, read = load(arguments.model, 1).model, texts(arguments.data)
    sets = {LONG: [each.listing for each in read.long], TITLES: [each.listing for each in titles(read.posted)]}
    ours = [each for name, found in sets.items() for each in measured(model, found, name, arguments)]
    told = Report(
        source=read.source,
        rates=ours,
        screened=screened(model, read.posted),
        costs=costs(model, read),
        process=process(arguments.model),
        hostile=hurt(model, read.long),
    )
    return msgspec.structs.replace(told, rates=compared(ours, sets, arguments))


def ways(model: Model) -> Iterator[tuple[str, bool, Work]]:
    """Each way of classifying, and whether it encodes every listing."""
    yield "screen alone", False, alone(model)
    if model.encoder is not None:
        yield "encoder", True, encoded(model)
    yield "screen off, scores", True, scores(model, "off")
    yield "screen on, scores", False, scores(model, "on")
    yield "screen off, whole", True, whole(model, "off")
    yield "screen on, whole", False, whole(model, "on")
    yield "screen shadow, whole", True, whole(model, "shadow")


def measured(model: Model, found: Sequence[Listing], name: str, arguments: argparse.Namespace) -> list[Rate]:
    """The rates of all our ways."""
    return [
        rate(way, work, found, name, arguments.encoded if encodes else arguments.screened)
        for way, encodes, work in ways(model)
    ]


def compared(ours: Sequence[Rate], sets: Mapping[str, Sequence[Listing]], arguments: argparse.Namespace) -> list[Rate]:
    """The rates beside those of plain pipelines, which come last: a process that classifies never loads torch."""
    works = pipelines(arguments.base)
    plain = [rate(way, work, sets[name], name, arguments.encoded) for name in sets for way, work in works.items()]
    best = {name: max((each.a_second for each in plain if each.texts == name), default=None) for name in sets}
    return [
        msgspec.structs.replace(each, times_plain=each.a_second / least if (least := best[each.texts]) else None)
        for each in (*ours, *plain)
    ]


def rate(way: str, work: Work, found: Sequence[Listing], name: str, size: int) -> Rate:
    """The median over rounds, each of listings that no round before it had; the first listings of all only warm up."""
    work(found[:8])
    parts = [part for at in range(ROUNDS) if (part := found[8 + at * size : 8 + (at + 1) * size])]
    letters = sum(len(each.title) + len(each.description) for part in parts for each in part)
    count = sum(map(len, parts))
    seconds = statistics.median(took(work, part) / len(part) for part in parts)
    print(f"{way} {name}: {1 / seconds:,.1f}/s", file=sys.stderr)
    return Rate(way=way, texts=name, letters=round(letters / count), listings=count, a_second=round(1 / seconds, 1))


def took(work: Work, found: Sequence[Listing]) -> float:
    """CPU seconds."""
    begun = time.process_time()
    work(found)
    return time.process_time() - begun


def alone(model: Model) -> Work:
    linear, judge = Linear(model.weights), Judge(model)
    return lambda found: judge.screened(linear.scores([view(each.title, each.description) for each in found]))


def encoded(model: Model) -> Work:
    encoder = model.encoder
    assert encoder is not None
    return lambda found: encoder.outputs([line(each.title, each.description) for each in found])


def scores(model: Model, screen: Screen) -> Work:
    stack = Stack(model, digest="", activation=1, screen=screen)
    return lambda found: [stack.chances([Read.of(one, Context()) for one in part]) for part in batches(found)]


def whole(model: Model, screen: Screen) -> Work:
    stack = Stack(model, digest="", activation=1, screen=screen)
    return lambda found: [stack.classify(part, [Context()] * len(part)) for part in batches(found)]


def batches(found: Sequence[Listing]) -> Iterator[Sequence[Listing]]:
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]


def pipelines(base: Path | None) -> dict[str, Work]:
    """A text classification pipeline as most people would write it, by the size of its batches."""
    if base is None:
        print("NOTE: no --base: the plain transformers pipeline is not measured, and no ratio to it", file=sys.stderr)
        return {}
    import torch  # noqa: PLC0415  # seconds to load, and absent where nobody trains
    import transformers  # noqa: PLC0415

    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model = transformers.AutoModelForSequenceClassification.from_pretrained(base)
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(base / "tokenizer.json"))
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(model.config.pad_token_id)
    ask = transformers.pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")

    def plain(size: int) -> Work:
        return lambda found: ask(
            [f"{each.title}. {each.description}" for each in found],
            batch_size=size, truncation=True, max_length=MOST_TOKENS,
        )  # fmt: skip

    return {f"plain pipeline, batches of {size}": plain(size) for size in PLAIN}


def screened(model: Model, posted: Sequence[Told]) -> Screened:
    """What the screen keeps back; its drawn hundredth counts as kept back."""
    offers = [each for each in posted if each.in_scope]
    some = [each.listing for each in posted[:4_000]]
    on, off = (Stack(model, digest="", activation=1, screen=screen) for screen in ("on", "off"))
    kept = [each.screened for part in batches(some) for each in on.classify(part, [Context()] * len(part))]
    asked = [each.listing for each in offers]
    guarded, free = (each.classify(asked, [Context()] * len(asked)) for each in (on, off))
    least = model.thresholds[Track.OFFERS].review_at
    return Screened(
        listings=len(some),
        passed=round(1 - sum(kept) / len(kept), 4),
        offers=len(offers),
        offers_screened=sum(each.screened for each in guarded),
        offers_found=sum(each.score >= least for each in free),
        offers_found_screened=sum(each.score >= least for each in guarded),
    )


def costs(model: Model, read: Texts) -> dict[str, float]:
    """What each part adds to a long listing, and explaining to one that is flagged."""
    found = [each.listing for each in read.long]
    parts: dict[str, Work] = {
        "view": lambda some: [view(each.title, each.description) for each in some],
        "language": lambda some: [language(f"{each.title}\n{each.description}") for each in some],
        "signs, no arms": lambda some: [signs(each, Category.OTHER, Act.OFFER) for each in some],
        "signs, a firearm": lambda some: [signs(each, Category.FIREARM, Act.OFFER) for each in some],
        "entities": lambda some: [entities(each) for each in some],
    }
    each = {name: 1e6 / rate(name, work, found, "", BATCH).a_second for name, work in parts.items()}
    offers = [one.listing for one in read.posted if one.in_scope and one.listing.description] or found
    explained = [1e6 / rate("", work, offers, "", 6).a_second for work in (whole(model, "off"), scores(model, "off"))]
    return {name: round(cost, 1) for name, cost in each.items()} | {
        "what an offer gets besides scores": round(explained[0] - explained[1], 1)
    }


def process(model: Path) -> dict[str, float]:
    """What a process costs that loads the model and classifies."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(model)], stdout=subprocess.PIPE, text=True, check=True, cwd=Path.cwd()
    )
    names = ("import s", "load s", "memory MB", "memory MB after hostile texts")
    return {name: round(float(each), 2) for name, each in zip(names, done.stdout.split(), strict=True)}


def hurt(model: Model, long: Sequence[Told]) -> dict[str, float]:
    """How many times a long listing's CPU time each hostile text takes."""
    work = whole(model, "off")
    usual = 1 / rate("", work, [each.listing for each in long], "", 30).a_second
    return {name: round(took(work, [listing("for sale", text, 1)]) / usual, 1) for name, text in hostile().items()}


if __name__ == "__main__":
    sys.exit(main())
