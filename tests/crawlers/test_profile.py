"""What a market profile may say, and how its faults are named."""

import re
from pathlib import Path

import pytest

from crawlers.address import onion
from crawlers.profile import Fields, Gate, MarketProfile, Pace, load, names, read
from crawlers.reason import MEANING
from crawlers.saved import read_page
from pipeline.errors import SettingsError

DOCUMENT = Path(__file__).parents[2] / "docs" / "market-profiles.md"
MIRROR = onion(bytes(32))


def written(folder: Path, text: str, name: str = "smithy") -> str:
    (folder / f"{name}.yaml").write_text(text)
    return str(folder)


def fault(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as found:
        load("smithy", written(folder, f"market: smithy\n{text}"))
    return str(found.value)


def test_a_profile_says_what_the_file_says(tmp_path: Path) -> None:
    text = f"market: smithy\nmirrors: [{MIRROR}]\npace: {{delay: 1.5}}\ngates: {{seized: img.seal}}"
    profile = load("smithy", written(tmp_path, text))
    assert (profile.mirrors, profile.pace, profile.gates) == ((MIRROR,), Pace(delay=1.5), {Gate.SEIZED: "img.seal"})


def test_a_market_builds_on_the_profile_of_its_software(tmp_path: Path) -> None:
    written(tmp_path, "market: forge\nfields: {title: h1, vendor: b}\npace: {delay: 9}", "forge")
    profile = load("smithy", written(tmp_path, "extends: forge\nmarket: smithy\nfields: {title: h2}"))
    assert (profile.fields.title, profile.fields.vendor, profile.pace.delay) == ("h2", "b", 9.0)


def test_a_profile_that_extends_itself_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "extends: smithy\nmarket: forge", "forge")
    assert "extends itself" in fault(tmp_path, "extends: forge")


def test_a_profile_that_extends_its_own_name_builds_on_the_shipped_one(tmp_path: Path) -> None:
    profile = load("practice", written(tmp_path, f"extends: practice\nmirrors: [{MIRROR}]", "practice"))
    shipped = load("practice")
    assert (profile.mirrors, profile.fields, profile.start) == ((MIRROR,), shipped.fields, shipped.start)
    assert read(tmp_path / "practice.yaml").mirrors == (MIRROR,)
    assert read(tmp_path / "practice.yaml", str(tmp_path)).mirrors == (MIRROR,)


def test_a_profile_that_extends_its_own_name_needs_another_of_that_name(tmp_path: Path) -> None:
    assert "extends itself, and there is no other" in fault(tmp_path, "extends: smithy")


def test_a_loop_behind_an_own_name_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "extends: practice", "forge")
    written(tmp_path, "extends: forge", "practice")
    with pytest.raises(SettingsError, match="extends itself by way of forge"):
        load("practice", str(tmp_path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pase: {}", "unknown key 'pase'; did you mean 'pace'?"),
        ("pace: {dealy: 3}", "unknown key 'pace.dealy'; did you mean 'delay'?"),
        ("fields: {titel: h1}", "unknown key 'fields.titel'; did you mean 'title'?"),
        ("fields: {title: 'h1::txt('}", "fields.title: 'h1::txt(' is no selector"),
        ("fields: {title: '//h1['}", "fields.title: '//h1[' is no selector"),
        ("fields: {title: {select: 'h1[['}}", "fields.title: 'h1[[' is no selector"),
        ("gates: {login: 'form['}", "gates.login: 'form[' is no selector"),
        ("gates: {door: form}", "unknown key 'gates.door' (known: login, captcha"),
        ("gates: {captch: form}", "unknown key 'gates.captch'; did you mean 'captcha'?"),
        ("fields: {title: {selekt: h1}}", "unknown key 'fields.title.selekt'; did you mean 'select'?"),
        ("venue: shop", "venue: no 'shop' (known: omnibus, single_vendor, forum, chat, unknown)"),
        ("venue: omnibuss", "venue: no 'omnibuss'; did you mean 'omnibus'?"),
        ("market: smithy", "smithy.yaml: key 'market' is there twice in line 2"),
        ("pace: {delay: 1, lanes: 2, delay: 9}", "key 'delay' is there twice in line 2"),
        ("mirrors: [2026-13-30]", "'2026-13-30' is no v3 onion address"),
        ("mirrors: [expyuzz4wqqyqhjn.onion]", "'expyuzz4wqqyqhjn.onion' is no v3 onion address"),
        ("expect: {titel: 1}", "no field 'titel'; did you mean 'title'?"),
        ("expect: {title: 2}", "<= 1.0"),
        ("pace: {delay: -1}", ">= 0.0"),
        ("listing: /listing/{id}", "the rule needs {key}"),
        ("follow: ['listing/{id}']", "'listing/{id}' is no rule"),
        ("follow: ['/page/*']", "there are no wildcards"),
        ("follow: ['/{a}/{a}']", "a placeholder stands in it twice"),
        ("follow: ['/{a}-{b}-{c}']", "at most two placeholders"),
        ("follow: ['/find?q={a}{b}.{c}']", "at most two placeholders"),
        ("pace: {concurrent: 1000}", "<= 64"),
        ("extends: [forge]", "the name of one profile is expected"),
        ("extends: 0", "the name of one profile is expected"),
        ("extends: ''", "is no market"),
        ("fields: {title: 'a" + " > a" * 2_000 + "'}", "is no selector"),
        ("follow: ['/cart/{id}']", "reads as an address that acts"),
        ("start: ['/page/{n}']", "has no placeholders"),
        ("rows: div.row", "rows need a 'key'"),
        ("gone: ['p[']", "gone: 'p[' is no selector"),
        ("- a", "smithy.yaml"),
        ("market: [", "smithy.yaml"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in fault(tmp_path, text)


def test_aliases_that_multiply_stall_no_one(tmp_path: Path) -> None:
    grown = "".join(f"  - &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert "smithy" in fault(tmp_path, f"gone:\n  - &l0 [a]\n{grown}extends: *l11\n")


def test_the_file_and_the_market_share_a_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="names the market 'forge'"):
        load("smithy", written(tmp_path, "market: forge"))


@pytest.mark.parametrize("name", ["../practice", "Practice", "", "a/b", "a" * 65, "practice.yaml"])
def test_a_name_never_leaves_the_folder(name: str) -> None:
    with pytest.raises(SettingsError, match="is no market"):
        load(name)


def test_an_unknown_market_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"did you mean 'practice'\?"):
        load("practise", str(tmp_path))


def test_the_shipped_profiles_are_sound() -> None:
    assert "practice" in names()
    for name in names():
        assert load(name).market == name


def test_a_file_of_any_name_can_be_read(tmp_path: Path) -> None:
    written(tmp_path, "market: smithy", "draft")
    assert read(tmp_path / "draft.yaml").market == "smithy"


def test_the_layout_of_a_file_makes_no_difference_to_its_digest(tmp_path: Path) -> None:
    first = load("smithy", written(tmp_path, "market: smithy\nfields: {title: h1, vendor: b}\n"))
    second = load("smithy", written(tmp_path, "fields:\n  vendor: b\n  title: h1\nmarket: smithy\npace: {delay: 4}\n"))
    assert first.digest == second.digest != MarketProfile(market="smithy").digest


def test_the_document_explains_every_key_field_gate_and_reason() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    keys = (*MarketProfile.__struct_fields__, "extends", *Fields.__struct_fields__, *Pace.__struct_fields__, *Gate)
    assert [key for key in keys if f"`{key}`" not in text] == []
    assert [reason for reason, means in MEANING.items() if f"| `{reason}` | {means} |" not in text] == []


def test_the_documents_example_reads_the_page_it_names(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    profile = load("bazaar", written(tmp_path, example, "bazaar"))
    ((listing,), rejected) = read_page(DOCUMENT.parents[1] / "tests" / "pages" / "bazaar" / "l-4711.html", profile)
    assert (listing.vendor, listing.ships_to, listing.feedback, rejected) == ("quietmill", ("FR", "NL"), 87, [])
