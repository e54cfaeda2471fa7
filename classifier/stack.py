"""The classifier: linear models and an encoder joined into one calibrated score, with everything else there is to say of a listing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import msgspec
import numpy as np

from classifier import heads
from classifier.around import around
from classifier.calibrate import Join, Truth
from classifier.encoder import Encoder
from classifier.entities import entities
from classifier.explain import spans
from classifier.features import View, view
from classifier.judge import DIGITS, Chances, Judge, Raw, by_category, category, likeliest, subtype
from classifier.kept import InMemory, Kept, key_of
from classifier.language import language
from classifier.linear import Floats, Linear
from classifier.model import SCREEN_CHECKED, Model
from classifier.nearest import nearest
from classifier.reading import line
from classifier.screen import abroad, bypassed, drawn
from classifier.signs import signs, vendor_signs
from classifier.unfinished import unfinished
from pipeline.policy import UNFINISHED, Cut
from pipeline.records import Classification, Context, Listing, Neighbour, Span, digest
from pipeline.taxonomy import Act, Category, Goods, Track

WANTED = 0.15
"""Probability of being about something in scope from which a request says so; people look at requests apart."""
MOST = 2_000
"""Outputs of the encoder kept in the process where no file keeps them: a batch and more."""
Encoded = Callable[[Encoder, Sequence[str]], Floats]
Screen = Literal["off", "on", "shadow"]


@dataclass(frozen=True, kw_only=True)
class Read:
    """A listing as the models read it."""

    listing: Listing
    context: Context
    view: View
    language: str
    abroad: bool
    """Whether it is in a language that no real listing taught."""

    @classmethod
    def of(cls, listing: Listing, context: Context) -> "Read":
        """The listing as the models read it, in what is known around it."""
        told, seen = language(f"{listing.title}\n{listing.description}"), view(listing.title, listing.description)
        return cls(listing=listing, context=context, view=seen, language=told, abroad=abroad(seen, told))


class Stack:
    """Scores listings with one model, under the number it was activated with.

    `screen` off asks the encoder about every listing; on, only about those that the linear screen lets through, and a hundredth of the
    others; shadow, about every one. What the screen kept back and the encoder read all the same bears the flag `screen_checked`.
    """

    def __init__(
        self, model: Model, *, digest: str, activation: int, screen: Screen = "off", kept: Kept | None = None
    ) -> None:
        self.model = model
        self._digest = digest
        self._activation = activation
        self._screen = screen
        self._kept = kept or InMemory(MOST)
        self._linear = Linear(model.weights)
        self._judge = Judge(model)
        self._pooled: dict[str, Floats] = {}
        """Pooled vectors of the lines encoded in this batch, by which the nearest examples are found."""

    @property
    def digest(self) -> str:
        """Digest of the model directory."""
        return self._digest

    @property
    def thresholds(self) -> Mapping[Track, Cut]:
        """For each track, the scores from which the model advises to review and to flag."""
        return self.model.thresholds

    def classify(self, listings: Sequence[Listing], contexts: Sequence[Context]) -> Sequence[Classification]:
        """One classification per listing, in their order; equal listings in equal contexts get equal ones."""
        self._pooled.clear()
        read = [Read.of(listing, context) for listing, context in zip(listings, contexts, strict=True)]
        raw, held = self._raw(read)
        found = self._judge.chances(raw)
        return [
            self._classification(each, found, row, held=bool(held[row]), asked=bool(raw.asked[row]))
            for row, each in enumerate(read)
        ]

    def chances(self, read: Sequence[Read]) -> Chances:
        """What the models say of some listings."""
        return self._judge.chances(self._raw(read)[0])

    def _raw(self, read: Sequence[Read]) -> tuple[Raw, Truth]:
        """What the models answered, and which listings the screen kept from the encoder or would have."""
        linear = self._linear.scores([each.view for each in read])
        held = self._held(read, linear)
        asked = np.full(len(read), self.model.encoder is not None)
        if self._screen == "on":
            asked &= ~held | np.array([drawn(each.listing) for each in read], dtype=bool)
        return self._answered(read, linear, asked, self._encoded), held

    def _held(self, read: Sequence[Read], linear: Floats) -> Truth:
        if self._screen == "off" or self.model.encoder is None:
            return np.zeros(len(read), dtype=bool)
        low = self._judge.screened(linear) < self.model.screen_at
        trusted = [
            bool(low[row]) and not bypassed(each.listing, each.context, each.view, each.language, self._linear)
            for row, each in enumerate(read)
        ]
        return np.array(trusted, dtype=bool)

    def _answered(self, read: Sequence[Read], linear: Floats, asked: Truth, encoded: Encoded) -> Raw:
        known = around([each.listing.category_path for each in read], [each.context for each in read])
        encoder = np.zeros((len(read), heads.WIDTH))
        chosen = np.flatnonzero(asked).tolist()
        if self.model.encoder is not None and chosen:
            lines = [line(read[row].listing.title, read[row].listing.description) for row in chosen]
            encoder[chosen] = encoded(self.model.encoder, lines)
        return Raw(
            linear=linear,
            encoder=encoder,
            asked=asked,
            abroad=np.array([each.abroad for each in read], dtype=bool),
            around=known,
        )

    def _encoded(self, encoder: Encoder, lines: Sequence[str]) -> Floats:
        """The encoder's outputs for each line, as they are kept or made anew."""
        keys = [key_of(self._digest, each) for each in lines]
        known = self._kept.get(keys)
        new = {key: each for key, each in zip(keys, lines, strict=True) if key not in known}
        if new:
            made, pooled = encoder.outputs(list(new.values()))
            self._pooled |= zip(new, pooled, strict=True)
            fresh = {key: row.tobytes() for key, row in zip(new, made.astype(np.float32), strict=True)}
            self._kept.put(fresh)
            known |= fresh
        return np.array([np.frombuffer(known[key], dtype=np.float32) for key in keys], dtype=np.float64)

    def _classification(self, read: Read, found: Chances, row: int, *, held: bool, asked: bool) -> Classification:
        listing, score = read.listing, float(found.score[row])
        kind = category(found.categories[row], score, self.model.thresholds[Track.OFFERS].flag_at)
        act = Act(likeliest(found.acts[row], heads.NAMES[heads.ACT]))
        asks = score >= self.model.thresholds[Track.OFFERS].review_at
        arms = asks or kind is not Category.OTHER
        return Classification(
            score=score,
            category=kind,
            model=self._digest,
            activation=self._activation,
            scores=by_category(found.categories[row]),
            act=act,
            language=read.language,
            wanted=float(found.about[row].round(DIGITS)) if act is Act.REQUEST else 0.0,
            subtype=subtype(found.subtypes[row], kind),
            goods=Goods(likeliest(found.goods[row], heads.NAMES[heads.GOODS]))
            if kind is Category.OTHER
            else Goods.UNKNOWN,
            spans=self._spans(read) if asks else (),
            nearest=self._nearest(listing) if arms and asked else (),
            entities=entities(listing) if arms else (),
            signs=(*signs(listing, kind, act), *vendor_signs(listing, kind, read.context.goods)),
            flags=_flags(
                wanted=act is Act.REQUEST and bool(found.about[row] >= WANTED),
                hidden_characters=bool(read.view.invisible),
                mixed_scripts=bool(read.view.mixed),
                **{
                    SCREEN_CHECKED: held and asked,
                    UNFINISHED: kind is Category.PARTS and unfinished(listing.title, listing.description),
                },
            ),
            screened=held and not asked,
            inputs=digest("inputs", listing.title, listing.description, *listing.category_path),
            context=read.context.digest,
        )

    def _nearest(self, listing: Listing) -> tuple[Neighbour, ...]:
        if self.model.examples is None or self.model.encoder is None:
            return ()
        read = line(listing.title, listing.description)
        pooled = self._pooled.get(key_of(self._digest, read))
        if pooled is None:
            pooled = self.model.encoder.outputs([read])[1][0]
        return nearest(pooled, self.model.examples)

    def _spans(self, read: Read) -> tuple[Span, ...]:
        asked = np.array([self.model.encoder is not None])

        def logit(title: str, description: str) -> float:
            changed = Read.of(msgspec.structs.replace(read.listing, title=title, description=description), read.context)
            changed = replace(changed, abroad=read.abroad)
            linear = self._linear.scores([changed.view])
            return float(self._judge.logits(self._answered([changed], linear, asked, _anew))[0])

        return spans(
            read.listing, logit, partial(self._share, (read.abroad and self.model.abroad) or self.model.screen)
        )

    def _share(self, join: Join, title: str, description: str) -> float:
        """What the words of a text would add to the linear models' part of a longer one's logit, up to that one's length."""
        parts = self._linear.parts(view(title, description))
        numbers = {name: number for number, name in enumerate(self.model.weights.outputs)}
        pairs = zip(join.inputs, join.coefficients, strict=True)
        return float(sum(parts[numbers[name]] * share for name, share in pairs if name in numbers))


def _anew(encoder: Encoder, lines: Sequence[str]) -> Floats:
    """The encoder's outputs, kept nowhere: texts with a stretch left out are nobody's listing and are not asked for again."""
    return encoder.outputs(lines)[0]


def _flags(**named: bool) -> tuple[str, ...]:
    return tuple(name for name, holds in named.items() if holds)
