"""A small real encoder: what is trained is what ships, what is made is made once, and a line's neighbours do not matter."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from tokenizers.processors import TemplateProcessing

from classifier.encoder import FILES, Encoder
from classifier.manifest import Story
from classifier.stack import Stack
from classifier.store import ENCODER_FILES, load, save
from classifier.training.folded import hardness, lines
from classifier.training.lesson import Lesson
from classifier.training.train import Trained, train
from classifier.tuning.course import course
from classifier.tuning.pieces import SPECIAL, cut
from classifier.tuning.tune import Course
from classifier.tuning.workshop import INT8, Workshop
from pipeline.errors import ModelRejectedError
from pipeline.records import Classification, Context, Listing
from pipeline.taxonomy import Track

torch = pytest.importorskip("torch", reason="NOTE: torch is absent (the extra `train`): no encoder is trained here")
transformers = pytest.importorskip("transformers")
SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]
Ask = Callable[..., Classification]


@pytest.fixture(scope="module")
def base(lesson: Lesson, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers that nobody has trained, with a tokenizer of the lesson's words."""
    folder = tmp_path_factory.mktemp("base")
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=2_000, special_tokens=SPECIALS, unk_token="<unk>")
    tokenizer.train_from_iterator([f"{each.title} {each.description}" for each in lesson.examples], trainer)
    tokenizer.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=3, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=160, pad_token_id=1,
    )  # fmt: skip
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny(base: Path, shop: Workshop) -> Workshop:
    """Where small encoders are made."""
    return replace(shop, base=base, layers=(0, 2))


@pytest.fixture(scope="module")
def trained(lesson: Lesson, tiny: Workshop) -> Trained:
    """A model with a small encoder."""
    return train(lesson, "tiny", tiny)


@pytest.fixture(scope="module")
def directory(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That model's directory."""
    folder = tmp_path_factory.mktemp("tiny")
    save(trained.model, folder, Story(seed=3), trained.encoder)
    return folder


def test_what_ships_says_what_was_trained(trained: Trained) -> None:
    part = trained.folded
    assert part.encoder is not None
    assert part.whole is not None
    assert np.corrcoef(part.encoder[:, 0], part.whole[:, 0])[0, 1] > 0.99


def test_an_encoder_is_made_once(lesson: Lesson, tiny: Workshop, trained: Trained) -> None:
    steps: list[str] = []
    again = train(lesson, "tiny", replace(tiny, say=steps.append))
    assert again.encoder == trained.encoder
    assert not [step for step in steps if "of" in step and "steps" in step]


def test_the_same_course_gives_the_same_encoder(
    lesson: Lesson, tiny: Workshop, trained: Trained, tmp_path: Path
) -> None:
    elsewhere = replace(tiny, folder=tmp_path)
    learnt = course(lesson, lesson.rows, hardness(lesson, trained.folded), tiny.seed)
    first, _ = tiny.made(learnt)
    second, _ = elsewhere.made(learnt)
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in FILES)


def test_a_line_is_scored_alike_in_any_company(lesson: Lesson, trained: Trained) -> None:
    encoder = trained.model.encoder
    assert encoder is not None
    read = lines(lesson, lesson.rows[:40])
    together, pooled = encoder.outputs(read)
    alone = np.array([encoder.outputs([each])[0][0] for each in read])
    assert np.array_equal(together, alone)
    assert pooled.shape == (40, encoder.hidden)
    assert encoder.outputs([])[0].shape[0] == 0


def test_the_rounds_share_a_course_out_and_the_hardest_lines_come_back(
    lesson: Lesson, tiny: Workshop, trained: Trained
) -> None:
    learnt = course(lesson, lesson.rows, hardness(lesson, trained.folded), tiny.seed)
    assert isinstance(learnt, Course)
    parts = [set(part.tolist()) for part in (learnt.core, learnt.aside, learnt.spare)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len(learnt.lines)
    assert not learnt.in_scope[learnt.spare].any()
    assert len(replace(tiny, epochs=2).made(learnt)[1][INT8]) == 0


def test_a_directory_with_an_encoder_is_read_as_written(
    directory: Path, trained: Trained, asking: Callable[[Stack], Ask]
) -> None:
    read = load(directory, activation=1)
    assert read.model.join == trained.model.join
    assert read.model.join is not None
    assert read.model.join.inputs == ("darkweb", "all", "encoder")
    ours, theirs = (
        asking(each)("Glock 19 9mm", "new") for each in (read, Stack(trained.model, digest="", activation=1))
    )
    assert ours.score == theirs.score
    assert ours.nearest == theirs.nearest
    assert len(ours.nearest) in {0, 3}


@pytest.mark.parametrize("name", ENCODER_FILES)
def test_an_altered_encoder_is_refused(directory: Path, name: str, tmp_path: Path) -> None:
    for file in directory.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ModelRejectedError, match="altered"):
        load(tmp_path, activation=1)


def test_what_is_no_encoder_is_refused() -> None:
    with pytest.raises(ModelRejectedError, match="encoder"):
        Encoder(b"nothing", b"{}")


def test_the_screen_keeps_from_the_encoder_what_it_is_sure_of(trained: Trained, listed: Callable[..., Listing]) -> None:
    others = [listed(f"{number} g of white powder, sample", key=str(number)) for number in range(300)]
    model = replace(trained.model, screen_at=np.inf)
    contexts = [Context()] * len(others)
    on = Stack(model, digest="", activation=1, screen="on").classify(others, contexts)
    shadow = Stack(model, digest="", activation=1, screen="shadow").classify(others, contexts)
    off = Stack(model, digest="", activation=1).classify(others, contexts)
    assert 0.9 < np.mean([each.screened for each in on]) < 1
    assert [each.score for each in shadow] == [each.score for each in off]
    assert all("screen_checked" in each.flags for each in shadow)
    assert all("screen_checked" in each.flags for each in on if not each.screened)


@pytest.mark.parametrize(
    ("title", "context"),
    [
        ("Пистолет Макарова продам недорого срочно", Context()),
        ("Ich verkaufe eine sehr schöne alte Sache aus Deutschland", Context()),
        ("Gl\u200bock", Context()),
        ("Glосk nineteen", Context()),
        ("zzzqqq", Context()),
        ("white powder, sample", Context(vendor_listings=3, vendor_flagged=1)),
    ],
    ids=["script", "language", "hidden", "mixed", "unknown words", "earlier hit"],
)
def test_the_screen_never_keeps_back_what_it_cannot_judge(
    trained: Trained, listed: Callable[..., Listing], title: str, context: Context
) -> None:
    stack = Stack(replace(trained.model, screen_at=np.inf), digest="", activation=1, screen="on")
    assert not stack.classify([listed(title)], [context])[0].screened


def test_every_track_has_its_cuts(trained: Trained) -> None:
    assert {Track.OFFERS, Track.REQUESTS, Track.DIGITAL, Track.CONVERTIBLE, Track.EXPLOSIVES, Track.SERVICES} <= set(
        trained.model.thresholds
    )


def test_a_cut_tokenizer_reads_lower_case_text_as_before(base: Path) -> None:
    whole = (base / "tokenizer.json").read_bytes()
    shorter = cut(whole, most=500)
    assert SPECIAL < len(shorter.rows) < json.loads(whole)["model"]["vocab"].__len__()
    tokenizer, before = Tokenizer.from_str(shorter.tokenizer.decode()), Tokenizer.from_str(whole.decode())
    assert tokenizer.encode("glock 19").tokens[0] == "<s>"
    assert "".join(tokenizer.encode("glock 19").tokens) == "".join(before.encode("glock 19").tokens)


def test_a_listing_is_classified_alike_in_any_batch(trained: Trained, listed: Callable[..., Listing]) -> None:
    model = replace(trained.model, screen_at=0.0)
    stack = Stack(model, digest="", activation=1, screen="on")
    titles = (
        "white powder",
        "Glock 19 9mm",
        "AK-47 seeds",
        "Pistole P99, neu, Versand aus Deutschland",
        "500 rounds 9mm",
    )
    listings = [listed(title, key=str(number)) for number, title in enumerate(titles * 4)]
    together = stack.classify(listings, [Context()] * len(listings))
    assert {each.screened for each in together} == {True, False}
    assert [stack.classify([each], [Context()])[0] for each in listings] == list(together)
