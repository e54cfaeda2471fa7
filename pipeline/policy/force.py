"""The policy in force: the model's advice, over it the cuts of a review budget, over them the settings."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from pipeline.activations import Activations
from pipeline.errors import SettingsError
from pipeline.policy.budget import KIND, Cuts
from pipeline.policy.cut import USUAL, Cut
from pipeline.policy.rule import Policy
from pipeline.settings import Assess, Settings
from pipeline.taxonomy import Track
from pipeline.wordings import keep, kept

NONE = ""
"""What is activated where adopted cuts are given up."""


def in_force(settings: Settings, advice: Mapping[Track, Cut], adopted: Cuts | None) -> Policy:
    """The policy of these settings; the same parts give the same one."""
    tracks = {
        **USUAL,
        **{track: _no_sooner(track, cut) for track, cut in advice.items()},
        **(adopted.tracks if adopted else {}),
    }
    tracks[Track.OFFERS] = _overruled(tracks[Track.OFFERS], settings.assess)
    categories = adopted.categories if adopted else {}
    return Policy(
        cuts={track: tracks[track] for track in Track if track in tracks},
        categories={category: _overruled(cut, settings.assess) for category, cut in sorted(categories.items())},
        counts=settings.counts,
        explore=settings.assess.explore,
    )


def adopt(home: Path, activations: Activations, cuts: Cuts | None) -> int:
    """Put cuts in force in a home, or None again; the number of that."""
    return activations.number(KIND, keep(home, KIND, cuts.text) if cuts else NONE)


def adopted(home: Path, activations: Activations) -> Cuts | None:
    """The cuts that were adopted last; None where there are none, a `SettingsError` where they are gone."""
    found = activations.current(KIND)
    if found is None or found[1] == NONE:
        return None
    text = kept(home, KIND, found[1])
    if text is None:
        raise SettingsError(
            f"the cuts {found[1]} that were adopted are gone from this home, or altered;"
            " run `headstamp policy budget --adopt` again, or `headstamp policy reset`"
        )
    return msgspec.json.decode(text, type=Cuts)


def unfit(settings: Settings, cuts: Cuts | None, model: str) -> str:
    """Why the adopted cuts are not those that the setting asks for, and what to do; "" where they are."""
    do = "run `headstamp policy budget --adopt`; until then the model's own thresholds hold"
    budget = settings.assess.budget
    if cuts and cuts.model != model:
        return f"the adopted cuts were made for another model ({cuts.model[:12]}); {do}"
    if budget is None or (cuts and cuts.budget.get(Track.OFFERS) == budget):
        return ""
    if cuts is None:
        return f"assess.budget: no thresholds were made of it yet; {do}"
    return f"assess.budget is {budget}, the adopted cuts were made for {dict(cuts.budget)}; adopt new ones"


def _no_sooner(track: Track, cut: Cut) -> Cut:
    """A model's advice, flagging no sooner than the usual cut does: on a track of few real listings nobody knows how right it is."""
    usual = USUAL.get(track)
    return cut if usual is None else msgspec.structs.replace(cut, flag_at=max(cut.flag_at, usual.flag_at))


def _overruled(cut: Cut, chosen: Assess) -> Cut:
    return Cut(
        review_at=cut.review_at if chosen.review_at is None else chosen.review_at,
        flag_at=cut.flag_at if chosen.flag_at is None else chosen.flag_at,
    )
