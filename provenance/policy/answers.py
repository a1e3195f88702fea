"""What an entry form's box about AI may say: a closed set of answers, each under the words that forms use for it.

An answer is the entrant's word, not signed, and only as good as the form that asked. What none of the words means is
refused with its line and the nearest one: a guess here would be an answer that nobody gave.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum


class Declared(StrEnum):
    """What the form says about AI, from least to most; the last two say nothing of how much."""

    NOT_SAID = ""
    NO = "no"  # none at all
    NO_GENERATIVE = "no generative"  # nothing generative; other help may have been used
    ASSISTED = "assisted"  # AI helped, and made no picture content
    EDITED = "edited"  # AI made or changed parts
    GENERATED = "generated"  # AI made the picture
    YES = "yes"  # some AI, which is not said
    UNSURE = "unsure"

    @property
    def most(self) -> int:
        """How much AI the answer admits, as `comparing.How`: what a file says beyond that is more than the form."""
        return _MOST.get(self, 3)

    @property
    def generative(self) -> bool | None:
        """Whether the form says that generative AI was used; None where it does not tell."""
        if self in (Declared.NO, Declared.NO_GENERATIVE, Declared.ASSISTED):
            return False
        return True if self in (Declared.EDITED, Declared.GENERATED, Declared.YES) else None


_MOST = {Declared.NO: 0, Declared.NO_GENERATIVE: 1, Declared.ASSISTED: 1, Declared.EDITED: 2}

_WORDS: dict[Declared, tuple[str, ...]] = {
    Declared.NO: (
        "no", "n", "none", "false", "0", "no ai", "without ai", "not used", "ninguna", "ninguno", "no ia",
        "sin ia", "いいえ", "なし", "不使用", "使用していない", "無",
    ),
    Declared.NO_GENERATIVE: (
        "no generative", "no generative ai", "not generative", "sin ia generativa", "no ia generativa", "生成aiなし",
        "生成ai不使用",
    ),
    Declared.ASSISTED: (
        "assisted", "ai assisted", "assistive", "enhanced", "enhancement", "tools only", "asistida", "asistido",
        "補助", "補助のみ",
    ),
    Declared.EDITED: (
        "edited", "ai edited", "partly", "partly generated", "part", "generative edit", "generated parts",
        "editada", "editado", "en parte", "parcial", "一部", "一部生成",
    ),
    Declared.GENERATED: (
        "generated", "ai generated", "fully generated", "wholly generated", "generada", "generado", "生成", "全部生成",
        "ai生成",
    ),
    Declared.YES: ("yes", "y", "true", "1", "used", "sí", "si", "はい", "あり", "使用", "使用した", "有"),
    Declared.UNSURE: (
        "unsure", "not sure", "unknown", "do not know", "don't know", "no sé", "no se", "desconocido", "不明",
        "わからない", "分からない",
    ),
    Declared.NOT_SAID: ("", "-", "–", "—", "n/a", "na", "not answered", "no answer"),
}  # fmt: skip
SHOWN = tuple(answer.value for answer in Declared if answer)  # the words that a message offers


def folded(text: str) -> str:
    """Return *text* as answers are looked up: width, case, spaces, hyphens and a full stop do not count."""
    plainer = unicodedata.normalize("NFKC", text).casefold().replace("_", " ").replace("-", " ").replace("’", "'")
    return " ".join(plainer.split()).rstrip(".!。")


ANSWERS = {folded(word): answer for answer, words in _WORDS.items() for word in words}


def answer_of(text: str) -> Declared | None:
    """Return what *text* means, or None if it is no answer that is known here."""
    return ANSWERS.get(folded(text))
