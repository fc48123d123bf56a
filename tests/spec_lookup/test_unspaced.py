"""Specs and questions in languages that put no space between words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec_lookup import Claim, DuplicateIndex, IssueText, Spec, in_words
from spec_lookup.judge.evidence import ASKS
from spec_lookup.judge.reasons import MAY_HELP, NO_CLAUSE
from spec_lookup.search.words import fold, mostly_latin, words

CHINESE = """# 手册

## 总览 {#overview}

### 第一步 {#first}

打开系统并登录。

### 第二步 {#second}

选择一个运单。

## 报价有效期 {#quotes}

报价自发出之日起三十天内有效，过期后需要
重新报价。

## 取消订舱 {#cancel}

开船前四十八小时可以免费取消订舱，之后需要支付费用。

## 标签打印 {#labels}

每个包裹打印一张标签，标签按货物顺序排列。

## 汇率 {#rates}

发票使用开票当日的汇率换算成客户的货币。

## 关税 {#duty}

税由收货人支付，目的地以 CT2 的记录为准。
"""

TAIWANESE = """# 手冊

## 報價有效期 {#quotes}

報價自發出之日起三十天內有效。

## 標籤列印 {#labels}

每個包裹列印一張標籤。
"""

JAPANESE = """# 手引き

## 見積の有効期限 {#quotes}

見積は発行日から三十日間有効です。

## ラベル印刷 {#labels}

荷物ごとにラベルを一枚印刷します。ラベルはチケットと同じ順です。

## 為替レート {#rates}

請求書は発行日の為替レートで換算します。

## 予約の取り消し {#cancel}

出港の四十八時間前まで無料でキャンセルできます。

## 関税 {#duty}

税は荷受人が支払います。書類は郵便で送ります。
"""

KOREAN = """# 안내서

## 견적 유효 기간 {#quotes}

견적은 발행일로부터 30일 동안 유효합니다.

## 라벨 인쇄 {#labels}

소포마다 라벨을 한 장 인쇄합니다.

## 환율 {#rates}

청구서는 발행일의 환율로 환산합니다.
"""

THAI = """# คู่มือ

## อายุใบเสนอราคา {#quotes}

ใบเสนอราคามีอายุสามสิบวันนับจากวันที่ออก

## การพิมพ์ฉลาก {#labels}

พิมพ์ฉลากหนึ่งใบต่อพัสดุหนึ่งชิ้น

## อัตราแลกเปลี่ยน {#rates}

ใบแจ้งหนี้ใช้อัตราแลกเปลี่ยนของวันที่ออกใบแจ้งหนี้

## การยกเลิก {#cancel}

ยกเลิกการจองได้ฟรีก่อนเรือออกสี่สิบแปดชั่วโมง
"""

HINDI = """# पुस्तिका

## कोटेशन की वैधता {#quotes}

कोटेशन तीस दिन तक मान्य है।

## लेबल छपाई {#labels}

हर पार्सल पर एक लेबल छपता है।
"""

FOUND = [
    (CHINESE, "报价什么时候过期", "quotes"),
    (CHINESE, "发票的汇率", "rates"),
    (CHINESE, "打印几张标签", "labels"),
    (CHINESE, "过期后要重新报价吗", "quotes"),
    (CHINESE, "可以免费取消吗？", "cancel"),
    (CHINESE, "税是谁付", "duty"),
    (CHINESE, "目的地", "duty"),
    (CHINESE, "CT2 的记录", "duty"),
    (TAIWANESE, "報價什麼時候過期", "quotes"),
    (TAIWANESE, "標籤列印幾張", "labels"),
    (JAPANESE, "見積はいつまで有効ですか", "quotes"),
    (JAPANESE, "ラベルは何枚印刷しますか", "labels"),
    (JAPANESE, "ﾗﾍﾞﾙは何枚", "labels"),
    (JAPANESE, "請求書の為替レートは？", "rates"),
    (JAPANESE, "無料でキャンセルできますか", "cancel"),
    (JAPANESE, "税はいくらですか", "duty"),
    (JAPANESE, "書類を送る", "duty"),
    (KOREAN, "견적은 언제까지 유효한가요?", "quotes"),
    (KOREAN, "라벨은 몇 장 인쇄하나요", "labels"),
    (KOREAN, "청구서 환율", "rates"),
    (THAI, "ใบเสนอราคาหมดอายุเมื่อไหร่", "quotes"),
    (THAI, "พิมพ์ฉลากกี่ใบ", "labels"),
    (THAI, "อัตราแลกเปลี่ยนของใบแจ้งหนี้คืออะไร", "rates"),
    (THAI, "ยกเลิกการจองได้ไหม", "cancel"),
    (HINDI, "कोटेशन कब तक मान्य है", "quotes"),
    (HINDI, "लेबल", "labels"),
]

NOT_FOUND = [
    (CHINESE, "可以带宠物吗？"),
    (CHINESE, "今天天气怎么样"),
    (CHINESE, "请问你们能做什么"),
    (CHINESE, "我的什么时候可以"),
    (CHINESE, "how long is a quote valid"),
    (TAIWANESE, "可以帶寵物嗎？"),
    (JAPANESE, "ペットを連れて行けますか"),
    (JAPANESE, "今日の天気はどうですか"),
    (JAPANESE, "ラーメン"),
    (KOREAN, "오늘 날씨가 어떻습니까"),
    (KOREAN, "애완동물은 어디에 있습니까"),
    (THAI, "วันนี้ฝนตกไหม"),
    (THAI, "เอาสุนัขไปได้ไหม"),
    (HINDI, "मौसम कैसा"),
    ("## Quotes {#quotes}\n\nA quote is valid for 30 days.", "报价什么时候过期"),
    ("## Quotes {#quotes}\n\nA quote is valid for 30 days.", "какая погода сегодня"),
]


def spec(page: str) -> Spec:
    """A spec of one page."""
    return Spec.of([("page.md", page)])


@pytest.mark.parametrize(("page", "question", "anchor"), FOUND)
def test_a_question_finds_the_clause_that_answers_it(page: str, question: str, anchor: str) -> None:
    """Words need no spaces between them to be found."""
    hits = spec(page).search(question)

    assert hits, words(question)
    assert (anchor, True) == (hits[0].clause.anchor, bool(hits[0].quote)), words(question)


@pytest.mark.parametrize(("page", "question"), NOT_FOUND)
def test_a_question_without_any_hit_gets_no_clause(page: str, question: str) -> None:
    """What shares nothing but function words is not near: the model has not learnt these scripts and says nothing."""
    assert [] == spec(page).search(question)


@pytest.mark.parametrize(("page", "question"), NOT_FOUND)
def test_a_request_without_any_hit_is_left_to_a_person_and_told_so(page: str, question: str) -> None:
    """No clause is shown with it, and a sentence says that none was found."""
    verdict = spec(page).judge(Claim(question, question))

    assert () == verdict.citations
    assert NO_CLAUSE in verdict.reasons
    assert not any("shown with it" in in_words(reason) for reason in verdict.reasons)


def test_a_heading_without_text_is_found_by_its_words_and_decides_nothing() -> None:
    """A request is never answered with an empty clause."""
    opened = spec(CHINESE)

    assert [("overview", "总览")] == [(hit.clause.anchor, hit.quote) for hit in opened.search("总览")]
    assert () == opened.judge(Claim("总览", "总览")).citations


def test_a_question_that_finds_nothing_promises_no_clause() -> None:
    """Nothing "is shown with it" where nothing was found."""
    opened = spec(
        "## Quotes {#quotes}\n\nA quote is valid for 30 days.\n\n## Overview {#overview}\n\n### Labels {#labels}\n\nx"
    )
    without = opened.judge(Claim("How do I xyzzy the plugh?", "How do I xyzzy the plugh?"))
    with_one = opened.judge(Claim("How long is a quote valid?", "How long is a quote valid?"))

    assert ((ASKS, NO_CLAUSE), ()) == (without.reasons, without.citations)
    assert MAY_HELP in with_one.reasons
    assert with_one.citations


@pytest.mark.parametrize(
    ("page", "said"),
    [(CHINESE, "标签打印不出来，系统没有反应"), (JAPANESE, "ラベルが印刷されません"), (THAI, "พิมพ์ฉลากไม่ได้")],
)
def test_no_kind_is_guessed_in_a_language_that_the_router_has_not_learnt(page: str, said: str) -> None:
    """A person decides, with the clause that shares the most."""
    verdict = spec(page).judge(Claim(said, said))

    assert "undecided" == verdict.category
    assert "page#labels" == verdict.citations[0].clause


def test_an_index_on_disk_finds_the_same(tmp_path: Path) -> None:
    """Index and question are cut alike, whichever way the index came."""
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "page.md").write_text(CHINESE, encoding="utf-8")
    Spec.build(pages, tmp_path / "index")

    assert ["quotes"] == [hit.clause.anchor for hit in Spec.open(tmp_path / "index").search("报价什么时候过期")]


@pytest.mark.parametrize(
    ("earlier", "other", "report"),
    [
        ("标签打印出来是空白的", "发票汇率不对", "打印的标签是空白"),
        ("ラベルが白紙で印刷される", "請求書の為替レートが違う", "印刷したラベルが白紙です"),
        ("พิมพ์ฉลากออกมาว่างเปล่า", "อัตราแลกเปลี่ยนผิด", "ฉลากว่างเปล่า"),
        ("라벨이 백지로 인쇄됩니다", "청구서 환율이 틀립니다", "인쇄한 라벨이 백지입니다"),
    ],
)
def test_duplicates_are_found_by_the_same_tokens(earlier: str, other: str, report: str) -> None:
    """The like one alone is a candidate; the same text is certain; what shares nothing is none."""
    index = DuplicateIndex.of(
        [IssueText("1", earlier, ""), IssueText("2", other, ""), IssueText("3", "Other", "thing")]
    )

    assert ["1"] == [found.id for found in index.find(IssueText("", report, ""))]
    assert 1.0 == index.find(IssueText("", earlier, ""))[0].score
    assert [] == index.find(IssueText("", "今天天气怎么样", ""))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("发票的汇率", ["发票", "汇率"]),
        ("税是谁付", ["税", "谁付"]),
        ("30天内S-PAR-2024有效", ["30", "天内", "s-par-2024", "par", "2024", "有效"]),
        ("取り消し", ["取", "取り", "消", "消し"]),
        ("キャンセル料", ["キャン", "ャンセ", "ンセル", "料"]),
        ("ﾊﾞﾝ", ["バン"]),
        ("요금은", ["요금"]),
        ("ที่ไหน", []),
        ("Müller's co\u00adoperate", ["muller's", "muller", "cooper"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    """Examples of each rule."""
    assert tokens == words(text)


def test_marks_that_make_another_letter_stay() -> None:
    """An accent may be left out by who types; the dots of が make another sound."""
    assert ("cafe", "が", "ガ", "요금", "कि") == tuple(map(fold, ("Café", "が", "ｶﾞ", "요금", "कि")))


@given(st.text(alphabet=st.sampled_from("报价标签的是りんごラベルทีพ่ิ요금 a1-")))
def test_a_text_is_found_by_itself(text: str) -> None:
    """Every token of a question that is a clause's own text is a token of the clause."""
    hits = Spec.of([("page.md", f"## H {{#h}}\n\n{text}\n")]).search(text) if words(text) else []

    assert bool(words(text)) == bool(hits)


def test_mostly_latin() -> None:
    """Half of the letters suffice; a text without a letter is no other script's."""
    assert [True, True, True, False, False] == list(map(mostly_latin, ("abc", "12 — 3", "ab 报价", "a 报价", "цена")))
