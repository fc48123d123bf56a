"""Languages that put no space between words: their texts as overlapping n-grams of characters.

Han characters and Hangul give pairs; kana give threes, and so do Thai, Lao, Khmer and Burmese, whose letters carry
vowels and tones as marks. Function words (particles, pronouns, "what", "can") are cut out first, for they say nothing
of a subject; what is left between two of them and is shorter than an n-gram is a token of its own. A text and a
question are cut alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HIRAGANA = "\u3041-\u3096\u309d-\u309f"
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
HANGUL = "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff"
SOUTH_EAST = (
    "\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e\u0e81-\u0eae\u0eb0-\u0ec5\u0ec8-\u0ece\u0edc-\u0edf"
    "\u1000-\u103f\u1050-\u108f\u109a-\u109d\uaa60-\uaa7f\u1780-\u17d3\u17dd"
)
"""Thai, Lao, Burmese and Khmer. All of these are ranges for a regular expression."""

MARKS = (
    "\u0900-\u0903\u093a-\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a03\u0a3c-\u0a51\u0a70-\u0a75\u0a81-\u0a83"
    "\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bd7\u0c00-\u0c04\u0c3c-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6"
    "\u0d00-\u0d03\u0d3b-\u0d57\u0d81-\u0d83\u0dca-\u0df3\u0f39\u0f71-\u0f84\u0f8d-\u0fbc"
)
"""Vowels and other signs inside the words of Indian scripts and Tibetan, which do have spaces."""

_ALL = HAN + HIRAGANA + KATAKANA + HANGUL + SOUTH_EAST
_OF_ITS_OWN = re.compile(f"[{_ALL}{MARKS}]")
_UNSPACED = re.compile(f"([{_ALL}]+)")
_RUN = re.compile(f"([{HAN}]+)([{HIRAGANA}]?)|([{HANGUL}]+)|([{HIRAGANA}]+|[{KATAKANA}]+|[{SOUTH_EAST}]+)")
"""Han characters with the first of the kana that inflect them; Hangul; what gives threes."""

_BROKEN_LINE = re.compile(f"(?<=[{HAN}{HIRAGANA}{KATAKANA}])\\s+(?=[{HAN}{HIRAGANA}{KATAKANA}])")
"""White space where none is needed: the end of a line of the source."""

_LETTER = re.compile(".[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]*")
"""A letter of South-East Asia with its marks; any other character."""

_FUNCTION_WORDS = """
是 了(?!解) 吗 呢 吧 啊 我 你 您 他 她 它 我们 你们 他们 这个 那个 这些 那些 哪个 哪里 哪些 什么 什么时候 怎么
怎样 怎么样 如何 为什么 多少 请问 可以 能否 能不能 是否 是不是 需要 应该 必须 没有 时候 以及 一个 如果 因为 所以
但是 或者 还是 而且 (?<!目)的 (?<![理自])由 (?<![现存所])在(?![线途]) (?<!参)与 和(?![解平]) 嗎 我們 你們 他們
這個 那個 這些 哪個 哪裡 什麼 什麼時候 甚麼 怎麼 怎麼樣 怎樣 為什麼 請問 應該 必須 沒有 時候 一個 因為 還是

は が を に で と も の へ や か ね よ から まで より など です ます でした ました ません ですか ますか
でしょうか ください する します した しました しますか して しています している される された されます
されますか できる できた できます できますか できません こと もの これ それ あれ この その どの どう どうですか
どこ いつ いつまで なに 何 いくら いくつ なぜ だれ 誰 どうやって どのように について ある あります ありますか
ない ありません なら いる います なる なります という ですが または および

입니다 합니다 있습니다 없습니다 됩니다 습니다 하나요 되나요 있나요 인가요 나요 습니까 입니까 합니까 있습니까
무엇 무엇을 언제 언제까지 어떻게 얼마 얼마나 얼마인가요 어디 어디서 누가 누구 그리고 또는

ที่ และ ของ ใน การ ความ ได้ จะ ให้ เป็น มี ไม่ ว่า จาก โดย กับ แต่ หรือ ไหม มั้ย อะไร อย่างไร ยังไง เมื่อ
เมื่อไร เมื่อไหร่ เท่าไร เท่าไหร่ กี่ ไหน ที่ไหน ใคร ทำไม ครับ ค่ะ คะ ต้อง ถ้า แล้ว นี้ นั้น คือ ก็ อยู่ สามารถ
เรา คุณ ผม ฉัน เพื่อ ซึ่ง ถูก วันนี้
""".replace("\u0e33", "\u0e4d\u0e32")  # as `words.fold` writes it

_PARTICLE = r"(?:으로|에서|부터|까지|이다|[은는이가을를에의로와과도만])(?!\w)"
"""What ends a Korean word; the same syllables begin others."""


@cache
def _function_word() -> re.Pattern[str]:
    """Compiled for the first text of these languages: it takes longer than to read most requests."""
    return re.compile("|".join((*sorted(_FUNCTION_WORDS.split(), key=len, reverse=True), _PARTICLE)))


def occurs_in(text: str) -> bool:
    """Whether a folded text has characters that a plain look for words would not do justice."""
    return _OF_ITS_OWN.search(text) is not None


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """A folded text in pieces, in order: those without spaces between words (True), and all others."""
    for number, piece in enumerate(_UNSPACED.split(_BROKEN_LINE.sub("", text))):
        if piece:
            yield piece, number % 2 == 1


def ngrams(piece: str) -> list[str]:
    """The tokens of a piece without spaces."""
    return [
        token for between in _function_word().split(piece) for run in _RUN.finditer(between) for token in _of_run(run)
    ]


def _of_run(run: re.Match[str]) -> list[str]:
    han, inflection, hangul, others = run.groups(default="")
    if others:
        letters = _LETTER.findall(others)
        return _overlapping(letters, 3) if len(letters) > 1 else []
    inflected = [han[-1] + inflection] if inflection else []
    return _overlapping(han or hangul, 2) + inflected


def _overlapping(letters: str | list[str], size: int) -> list[str]:
    """All n-grams of that size; the whole where it is shorter."""
    return ["".join(letters[first : first + size]) for first in range(max(len(letters) - size + 1, 1))]
