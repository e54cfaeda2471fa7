"""Makes a recorded assessment again: from the archived bytes, by the model, policy and rates of then."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from pipeline.commands.differences import Difference, differences
from pipeline.deployment import Deployment
from pipeline.deployment import policy as policy_of
from pipeline.errors import MalformedError, ModelRejectedError
from pipeline.policy import USUAL, Policy, rule
from pipeline.rates import KIND as RATES
from pipeline.rates import Rates
from pipeline.records import Assessment, Capture, Classification, Context, Import, Listing, Rejected
from pipeline.rows import mapping as mappings
from pipeline.rows import rows
from pipeline.rows.source import digest_of
from pipeline.software import software
from pipeline.stages import Classifier, assessments
from pipeline.wordings import kept

TODAY = "this home does not keep it, or not as it was; today's was used"


class Reproduction(msgspec.Struct, frozen=True, kw_only=True):
    """What came of making an assessment again."""

    listing_id: str
    same: bool
    """Whether nothing differs and nothing was lacking."""
    differences: tuple[Difference, ...]
    lacking: dict[str, str]
    """What could not be had, with the reason."""
    notes: tuple[str, ...]
    recomputed: Assessment


def reproduced(recorded: Assessment, deployment: Deployment, file: Path | None = None) -> Reproduction:
    """The assessment made again, with everything in which it differs from the record."""
    maker = _Maker(recorded, deployment)
    found = maker.listing(file)
    again = assessments(
        [found if isinstance(found, Listing) else recorded.listing],
        maker.classifier(),
        maker.policy(),
        maker.rates(),
        lambda _listing: recorded.context,
        rules=recorded.rules,
        software=recorded.software,
    )[0]
    differing = tuple(differences(recorded, again))
    if isinstance(found, Rejected):
        gone = Difference(field="listing", recorded=recorded.listing.key, recomputed=f"rejected: {found.reason}")
        differing = (gone, *differing)
    maker.check_context()
    return Reproduction(
        listing_id=recorded.id,
        same=not differing and not maker.lacking,
        differences=differing,
        lacking=maker.lacking,
        notes=_notes(recorded),
        recomputed=again,
    )


class _AsRecorded:
    """Says of a listing what the record says."""

    def __init__(self, said: Classification) -> None:
        self._said = said
        self.digest = said.model
        self.thresholds = dict(USUAL)

    def classify(self, listings: Sequence[Listing], _contexts: Sequence[Context]) -> Sequence[Classification]:
        """The recorded classification."""
        return [self._said] * len(listings)


class _Maker:
    """Fetches what an assessment rests on, and notes what cannot be had."""

    def __init__(self, recorded: Assessment, deployment: Deployment) -> None:
        self.lacking: dict[str, str] = {}
        self._recorded, self._deployment = recorded, deployment
        self._home = deployment.settings.root

    def listing(self, file: Path | None) -> Listing | Rejected | None:
        """The listing read again; why it is none now; None where its bytes cannot be had."""
        match self._recorded.listing.provenance:
            case Capture() as capture:
                return self._captured(capture)
            case Import() as source:
                return self._imported(source, file)

    def classifier(self) -> Classifier:
        """The model of then, else that of today."""
        said = self._recorded.classification
        try:
            return self._deployment.model(self._deployment, said.model, said.activation)
        except ModelRejectedError as error:
            self.lacking[f"model {said.model}"] = str(error)
        try:
            return self._deployment.classifier()
        except ModelRejectedError as error:
            self.lacking["model of today"] = f"{error}; nothing was classified again"
            return _AsRecorded(said)

    def policy(self) -> Policy:
        """The policy of then, else that of today."""
        text = kept(self._home, rule.KIND, self._recorded.policy)
        if text is not None:
            return Policy.of(text)
        self.lacking[f"policy {self._recorded.policy}"] = TODAY
        return policy_of(self._deployment, self._deployment.classifier())

    def rates(self) -> Rates:
        """The rates of then, else those of today."""
        text = kept(self._home, RATES, self._recorded.rates)
        if text is not None:
            return Rates.told(text)
        self.lacking[f"rates {self._recorded.rates}".strip()] = TODAY
        return Rates.of(self._home)

    def check_context(self) -> None:
        """Note each listing of the context that the index does not have."""
        used = self._recorded.context.listings
        if not used:
            return
        index = self._deployment.index()
        gone = [one for one in used if (hit := index.get(one)) is None or hit.document.hidden]
        index.close()
        self.lacking |= {f"listing {one}": "used as context; the index does not have it" for one in gone}

    def _captured(self, capture: Capture) -> Listing | Rejected | None:
        read = self._deployment.reread(self._deployment, capture)
        self.lacking |= read.lacking
        same = [one for one in read.listings if one.id == self._recorded.id]
        if self._recorded.listing in same:
            return self._recorded.listing
        if same:
            return same[0]
        if read.listings or read.fault:
            return Rejected(reason=read.fault or "the page shows other listings")
        return None

    def _imported(self, source: Import, file: Path | None) -> Listing | Rejected | None:
        name = f"file {source.file}"
        if file is None:
            self.lacking[name] = "name it with --file"
            return None
        if (digest := digest_of(file)) != source.file:
            self.lacking[name] = f"{file} is another one, {digest}"
            return None
        mapping = self._mapping(source.mapping)
        return _row(file, mapping, source) if mapping else None

    def _mapping(self, digest: str) -> mappings.Mapping | None:
        text = kept(self._home, mappings.KIND, digest)
        if text is not None:
            return msgspec.json.decode(text, type=mappings.Mapping)
        shipped = {each.digest: each for each in mappings.shipped()}
        if digest not in shipped:
            self.lacking[f"mapping {digest}"] = "this home does not keep it, or not as it was"
        return shipped.get(digest)


def _row(file: Path, mapping: mappings.Mapping, source: Import) -> Listing | Rejected:
    """What stands on a line of a file."""
    try:
        found = next((row.found for row in rows(file, mapping, source.activation) if row.line == source.line), None)
    except MalformedError as error:
        return Rejected(reason=str(error))
    return found or Rejected(reason=f"no row begins on line {source.line}")


def _notes(recorded: Assessment) -> tuple[str, ...]:
    if not recorded.software:
        return ("the record does not say which code made it",)
    now = software()
    return () if recorded.software == now else (f"made by {recorded.software}, made again by {now}",)
