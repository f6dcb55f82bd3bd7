"""Whether bytes are cp1252 (Western European Windows): nothing marks it, but in it they must spell a language.

Every single-byte encoding fits almost any bytes. Read as cp1252, the Polish of cp1250 has ¹ and ³ inside its words, Czech ø and
ì, Vietnamese ð and ý, Russian and Chinese words of accented letters alone. What fits no one Western alphabet is not taken.
"""

import re

_ALPHABETS = [  # the letters beyond a to z, and those of usual loan words
    frozenset(letters)
    for letters in (
        "àâæçéèêëîïôœùûüÿñ",  # French, and what English borrows
        "äöüßéèêàâçñ",  # German
        "áéíóúüñçàè",  # Spanish, Catalan
        "áâãàçéêíóôõúü",  # Portuguese
        "àèéìîòóùç",  # Italian
        "áéíóúèëïöüêç",  # Dutch
        "åäöéüáà",  # Swedish, Finnish
        "æøåéöäüòóôêèàâ",  # Danish, Norwegian
    )
]
_SYMBOLS = frozenset("\xa0€‚„…†‡‰‹‘’“”•–—›™¡¢£¥§©ª«®°±²³´µ·¹º»¼½¾¿×÷")
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿŒœŸ"
_MISSPELT = re.compile(
    rf"[{_LETTER}][^{_LETTER}\x00-\x7f\xa0’–—…ªº]+[{_LETTER}]"  # a symbol inside a word
    r"|[a-zß-öø-ÿœ][À-ÖØ-ÞŒŸ]"  # a capital behind a small letter
    r"|[À-ÖØ-öø-ÿŒœŸ]{3}"  # three accented letters in a row
    rf"|(?<![{_LETTER}])[À-ÖØ-öø-ÿŒœŸ]{{2}}(?![{_LETTER}])"  # a word of two accented letters
)


def looks_western(content: bytes) -> bool:
    """Whether `content` reads as cp1252 and its words are spelt as those of one Western European language."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    foreign = {character for character in set(text) if not character.isascii()}
    letters = {letter.lower() for letter in foreign - _SYMBOLS}
    return any(letters <= alphabet for alphabet in _ALPHABETS) and not _MISSPELT.search(text)
