"""What markets write before a value, in the languages that they write in."""

import re
from typing import NamedTuple

LONGEST = 200
"""Characters of the longest text that a label is looked for in."""

PHRASES = {
    "title": "title|product name|product title|item name|item title|listing title|listing name|offer title|produktname|artikelname"
    "|titel|produkt|artikel|bezeichnung|titre|produit|article|annonce|titulo|título|producto|nombre del producto|titolo|prodotto|название|наименование"
    "|ürün|ürün adı|başlık|tytuł|tytul|produto|商品|标题",
    "vendor": "vendor|vendor name|trader|store name|shop name|sold by vendor|offer by|listing by|posted by|advertised by|advertiser|supplied by|provided by|vended by|listed by vendor|vendor/seller|seller/vendor|seller|seller name|sold by|merchant|offered by|listed by|sold and shipped by|dealer|supplier|shop|store"
    "|verkäufer|anbieter|händler|verkauft von|angeboten von|vendeur|vendu par|proposé par|marchand|vendedor|vendido por|ofrecido por"
    "|venditore|venduto da|продавец|магазин|satıcı|satan|verkoper|verkocht door|sprzedawca|säljare|sælger|vânzător|卖家|卖方",
    "price": "price|item price|unit price|sale price|selling price|buy price|product price|listing price|our price|asking price|total price"
    "|price per item|price per gram|price per g|price per pack|price/unit|price/item|price/piece|price for one|unit cost|item cost|minimum price|price starts at|prices from|price per unit|price per piece|price from|starting price|starting at|cost|price each|current price|purchase price|final price|regular price|price usd|price in usd|price in btc|price in eur|usd price|btc price|eur price|fiat price|you pay|cost per unit|offer price|list price|base price|preis|stückpreis|preis pro stück|einzelpreis|verkaufspreis|kaufpreis"
    "|prix|prix unitaire|prix de vente|tarif|precio|precio unitario|preço|prezzo|цена|стоимость|fiyat|fiyatı|birim fiyat|prijs|cena|pris|preț|价格|售价",
    "ships_from": "ships from|ship from|shipping from|shipped from|shipment from|sends from|sent from|dispatched from|dispatches from|delivery from"
    "|ships out of|ships out from|dispatch from|dispatching from|despatch from|despatched from|delivers from|delivered from|send from|sending from|posted from|posts from|mailed from|mails from|departs from|departure|departure country|dispatch country|sender country|source country|shipping country|from country|country from|stock location|warehouse|warehouse location|shipped out of|ships-from|shipsfrom|origin|origin country|country of origin|shipping origin|origin of shipment|item location|located in|seller location|vendor location|stealth from"
    "|versand aus|versand von|versendet aus|versandt aus|wird versendet aus|verschickt aus|lieferung aus|versandland|herkunft|herkunftsland|absendeland|artikelstandort"
    "|versand ab|versendet von|verschickt von|kommt aus|abgang|ursprung|ursprungsland|versandort|versandstandort|lagerort|geliefert aus|expédié de|expédié depuis|expédiée depuis|expédition depuis|expédition de|envoi depuis|envoyé de|envoyé depuis|livré depuis|livraison depuis"
    "|au départ de|départ|départ de|en provenance de|expéditeur|pays d'expédition|pays d’expédition|pays de départ|envoyée depuis|lieu d'expédition|depuis le pays|provenance|origine|pays d'origine|pays d’origine|envío desde|envíos desde|envía desde|enviado desde|se envía desde|origen|país de origen|procedencia|sale de|sale desde|lugar de envío|país de envío|se envía de|origem|país de origem|enviado de|envio de|envia de"
    "|spedito da|spedizione da|spedisce da|provenienza|paese di origine|paese di provenienza|spedito dall'|parte da|отправка из|отправляется из|доставка из|отправляем из|отправление из|отправитель|страна отправления|откуда отправка|склад|страна продавца|местоположение|откуда|страна отправки|gönderim yeri|gönderildiği yer|gönderildiği ülke|gönderen ülke|nereden|kargo çıkış|çıkış yeri"
    "|çıkış ülkesi|menşei|verzonden vanuit|verzonden uit|verzending vanuit|verzending uit|wysyłka z|land van herkomst|herkomst|vertrek|levering vanuit|kraj pochodzenia|pochodzenie|kraj wysyłki|wysyłamy z|nadawane z|wysyłane z|skickas från|sendes fra|发货地|发货自",
    "ships_to": "ships to|ship to|shipping to|shipped to|shipment to|sends to|delivers to|deliver to|delivery to|destination|destinations|ships into|ship into"
    "|shipping destinations|destination countries|destination country|dispatch to|dispatches to|dispatched to|despatch to|despatched to|send to|sending to|sent to|posts to|mails to|will ship to|can ship to|delivered to|delivering to|delivers in|delivery area|delivery areas|delivery countries|delivery region|delivery regions|delivery zone|shipping area|shipping areas|shipping region|shipping regions|shipping zone|shipping zones|to country|country to|to countries|deliverable to|goes to|ships-to|shipsto|available to|available in|shipping countries|we ship to|ships worldwide to"
    "|versand nach|versendet nach|versandt nach|wird versendet nach|verschickt nach|liefert nach|lieferung nach|zielland|zielländer|lieferländer|liefergebiet|versandgebiet|versandziele|lieferziele"
    "|lieferung in|lieferbar nach|lieferbar in|liefert in|lieferland|versandländer|versand in|geht nach|bestimmungsland|ziel|expédié vers|expédiée vers|expédie vers|expédition vers|expédition à|livraison vers|livre en|livre vers|livré vers|livré en|livraison en|envoi vers|envoyé vers|pays de destination|pays livrés|à destination de|a destination de|destinataires|pays desservis|livre à|livré à|livraison à|livraison possible en|zone de livraison|zones de livraison|zones desservies|destinations de livraison"
    "|envío a|envíos a|envía a|se envía a|enviar a|enviamos a|entrega en|entregas en|entregas a|destinos de envío|países de envío|disponible en|enviado a|envío hacia|destino|destinos|país de destino|envia para|envio para|enviado para"
    "|spedisce in|spedizione in|spedizione verso|spedito in|spedisce a|paese di destinazione|spedizioni in|consegna in|destinazione|отправка в|доставка в|доставка по|отправка по|отправляем в|доставляем в|куда доставка|куда отправка|куда доставляем|регион доставки|регионы доставки|доставляется в|куда|страна доставки|gönderim yapılan|gönderildiği yerler|gönderim|nereye|teslimat|teslimat yeri|gönderim bölgesi"
    "|verzending naar|verzonden naar|levering naar|levering in|bestemming|bestemmingen|verzendt naar|wysyłamy do|dostawa do|przeznaczenie|wysyłka do|skickas till|sendes til|送往|配送至|发往",
    "description": "description|product description|item description|listing description|listing details|product details|item details|offer description|details|about this item|about this product|about"
    "|beschreibung|produktbeschreibung|artikelbeschreibung|description du produit|descripción|descripción del producto|descrição|descrizione|описание|описание товара|açıklama|ürün açıklaması|beschrijving|opis|描述|商品描述",
    "category_path": "category|categories|listed in|kategorie|catégorie|categoría|categoria|категория|kategori|categorie|kategoria|分类",
    "stock": "stock|in stock|available|quantity|quantity in stock|quantity available|available quantity|left|items left|remaining|items available|auf lager|lagerbestand|bestand|verfügbar|vorrätig|en stock|stock disponible|disponible|existencias|в наличии|остаток|stok|stok adedi|voorraad|库存",
    "sold": "sold|times sold|units sold|total sold|items sold|sales|orders|total sales|verkauft|verkäufe|vendus|ventes|vendidos|ventas|venduti|продано|satılan|satış|verkocht|sprzedano|已售|销量",
    "feedback": "feedback|feedbacks|reviews|number of reviews|ratings|bewertungen|rezensionen|avis|évaluations|comentarios|opiniones|valoraciones|recensioni|отзывы|отзывов|yorumlar|değerlendirmeler|beoordelingen|opinie|评价",
    "posted": "posted|posted on|listed|listed on|date listed|added|added on|created|created on|date added|date posted|published|published on|online since|listing date|eingestellt|eingestellt am|veröffentlicht|erstellt am|publié le|ajouté le|mis en ligne|en ligne depuis|publicado|publicado el|добавлено|опубликовано|eklenme tarihi|ilan tarihi|geplaatst op|dodano",
    "vendor_rating": "rating|vendor rating|seller rating|positive feedback|trust level|vendor level|reputation|bewertung|note|note du vendeur|évaluation|valoración|calificación|рейтинг|puan|beoordeling|ocena",
    "shipping": "shipping|route|ship route|shipping route|shipping method|shipping methods|shipping option|shipping options|shipping cost|shipping price|postage|postage option|postage options|delivery options|delivery method|versandart|versandarten|versandkosten|mode de livraison|modes de livraison|frais de port|opciones de envío|gastos de envío|metodi di spedizione|способ доставки|kargo|kargo ücreti|verzendkosten",
    "other": "quantity limit|min order|minimum order|max order|escrow|escrow type|payment|payments|payment method|accepted payments|accepted currencies|currency accepted|class|product class|product type|listing type|type|views|unit|last seen|last login|member since"
    "|terms|terms and conditions|refund policy|return policy|zahlung|zahlungsart|treuhand|paiement|pago|оплата|ödeme|betaling|auto dispatch|ends in|condition|zustand|état|listing id|item id|sku|id|tags|level|finalize early|fe|multisig|verifications|fe or escrow",
}  # fmt: skip
"""Fields, and the words that stand before their values; "other" are words before what no field reads."""

WEAK = {
    "vendor": "by|von|par|por|da|door|от|user|author|username",
    "price": "for|from only|only|nur|pour|ab|à partir de|desde",
    "title": "item|product|listing|offer|name|nom|nombre|name des artikels",
    "ships_from": "из|отправка|from|aus|von|de|depuis|desde|location|uit|country|land|pays|país|standort|ship|ships|shipping|versand|konum|yer",
    "ships_to": "доставка|delivery|lieferung|livraison|entrega|consegna|to|nach|vers|hacia|a|à|в|naar|worldwide",
}
"""Words that stand before much else too, and count only where the value is beyond doubt."""

_FIELDS = {phrase: name for name, phrases in PHRASES.items() for phrase in phrases.split("|")}
_WEAK = [(phrase, name) for name, phrases in WEAK.items() for phrase in phrases.split("|")]


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    either = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(
        rf"(?P<label>{either})(?P<more>(?: ?\([^()]{{1,20}}\))?)(?![^\W_])(?P<mark> ?[:：=»]| ?[-–—](?= |$)|)"
    )


_STRONG_PATTERN = _pattern(list(_FIELDS))
_WEAK_PATTERN = _pattern([phrase for phrase, _ in _WEAK])
_LEAD = re.compile(r"[^\w(]*")


class Label(NamedTuple):
    """A label at the beginning of a text."""

    fields: tuple[str, ...]
    weak: bool
    written: str
    """As the page writes it, with its mark."""
    rest: str
    """What the same text says behind it."""


def label(text: str) -> Label | None:
    """The label that a text begins with; None where it begins with none.

    Without a mark such as ":" a label is the whole text, or two words before the value ("Ships from Germany").
    """
    if not text or len(text) > LONGEST:
        return None
    start = _LEAD.match(text)
    begin = start.end() if start else 0
    folded = text.lower()
    if len(folded) != len(text):
        return None
    for pattern, weak in ((_STRONG_PATTERN, False), (_WEAK_PATTERN, True)):
        if found := pattern.match(folded, begin):
            return _label(text, found, begin, weak=weak)
    return None


def _label(text: str, found: re.Match[str], begin: int, *, weak: bool) -> Label | None:
    rest = text[found.end() :].strip()
    if rest and not found["mark"] and not weak and " " not in found["label"]:
        return None
    phrase = found["label"]
    fields = tuple(name for word, name in _WEAK if word == phrase) if weak else (_FIELDS[phrase],)
    return Label(fields, weak, text[begin : found.end()], rest)


def means(text: str) -> str:
    """The field whose label a text is, wholly; "" for any other text."""
    found = label(text)
    return found.fields[0] if found and not found.rest and not found.weak else ""
