"""Names of countries and regions in the languages that markets write in."""

from gettext import translation

LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "pl", "ru", "tr", "uk", "sv", "cs", "ro")
SHORTEST = 4
"""Shorter names are words of other languages ("Man", "Fas")."""

REGIONS = {
    "EU": "europäische union|union européenne|ue|unión europea|unione europea|união europeia|europese unie|unia europejska|avrupa birliği|avrupa|европейский союз|ес",
    "GB": "großbritannien|grande bretagne|gran bretaña|gran bretagna|inghilterra|angleterre|inglaterra|ingiltere|verenigd koninkrijk|wielka brytania",
    "NL": "holanda|olanda|hollande",
    "US": "amerika|etats unis d'amérique|eeuu|ee uu|abd|stati uniti d'america",
    "WW": "monde|im ganzen land weltweit|le monde entier|todo el mundo|mondiale|in tutto il mondo|mundialmente|wereldwijd|cały świat|na całym świecie|dünya çapında|tüm dünya|dünya geneli|весь світ|hela världen|celý svět",
}  # fmt: skip
"""What ISO 3166 does not list."""


def translated() -> dict[str, str]:
    """The code of every name in another language; of names that mean two countries, the first one's."""
    import pycountry  # noqa: PLC0415  # 90 ms, paid only where places are read

    found: dict[str, str] = {}
    for language in LANGUAGES:
        names = translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)
        for country in pycountry.countries:
            shown = (getattr(country, kind, "") for kind in ("name", "common_name", "official_name"))
            told = (names.gettext(name) for name in shown if name)
            found |= {name: country.alpha_2 for name in told if len(name) >= SHORTEST and name not in found}
    return found | {name: code for code, named in REGIONS.items() for name in named.split("|")}
