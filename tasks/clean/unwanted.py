"""Pages that say they are no text: errors, consent walls, stubs before a paywall; abuse; betting affiliates.

Each rule needs more than a word: a report of racist abuse, of a betting scandal or with the odds of a match
is sport. Sweeps over real articles: benchmarks/clean_rules.py.
"""

from __future__ import annotations

import re

from tasks.clean.reading import Reading
from tasks.clean.unwanted_terms import BETTING, BETTING_WORDS, GRAPHIC, SLURS

# Up to this many words, a page that says it is an error is one; a longer one is about errors.
MOST_ERROR_WORDS = 120
ERROR = re.compile(
    r"\b(?:404|page (?:could )?not (?:be )?found|page (?:you (?:are|were|requested)[\w ,']{0,40} )?(?:does "
    r"?n[o']t|no longer)"
    r" exists?|access (?:is )?denied|403 forbidden|service (?:temporarily )?unavailable|bad gateway"
    r"|internal server error|are you (?:a )?(?:human|robot)|verify (?:that )?you are (?:a )?human|captcha"
    r"|enable javascript|javascript (?:is|appears to be) (?:disabled|required|turned off)"
    r"|browser (?:is )?(?:not|no longer) supported|checking your browser|unusual traffic|content is not "
    r"available"
    r"|not available in your (?:country|region)|unavailable (?:due to )?(?:legal reasons|in your)|session "
    r"(?:has )?expired)\b",
    re.IGNORECASE,
)
MOST_WALL_WORDS = 400
CONSENT = re.compile(
    r"\b(?:cookies?|consent|gdpr|privacy policy|personal data|legitimate interests?|our partners|third[- "
    r"]party"
    r"|accept all|reject all|manage (?:preferences|settings|options)|opt[- ]out|personali[sz]ed (?:ads"
    r"|advertising))\b",
    re.IGNORECASE,
)
# Of a wall's words every tenth is about consent; of 5,599 news articles the 99.9% has .02.
LEAST_CONSENT_RATIO = 0.06
FEWEST_CONSENTS = 4
MOST_STUB_WORDS = 120
STUB = re.compile(
    r"\b(?:subscribe (?:now |today )?to (?:continue|read|keep|unlock|access)|subscri(?:bers?|ption)[ "
    r"-](?:only|required|exclusive)"
    r"|(?:log|sign) ?in to (?:continue|read|view|access)|(?:already|not yet) a (?:subscriber|member)\?"
    r"|create (?:a|your) free account|register (?:now |for free )?to (?:continue|read|keep)"
    r"|to (?:continue|keep) reading|you(?:'|\u2019)ve (?:reached|read|used)[\w ]{0,30} (?:free )?articles"
    r"|(?:this|the (?:full|rest of this)) (?:article|story|content) is (?:only )?(?:for|available to"
    r"|reserved for)[\w ]{0,20} "
    r"(?:subscribers|members)|unlock this (?:article|story)|free articles? (?:left|remaining))\b",
    re.IGNORECASE,
)
OFFER = re.compile("|".join(BETTING))
# A report of abuse names the word once or twice in hundreds; abuse says it in every other sentence.
FEWEST_SLURS, LEAST_SLUR_RATIO = 3, 0.01
FEWEST_EXPLICIT, LEAST_EXPLICIT_RATIO = 4, 0.012
# Different offers, and offers to words: a preview with odds and one partner's offer below it stays.
FEWEST_OFFERS, FEWEST_OFFER_KINDS, LEAST_OFFER_RATIO = 3, 2, 0.008


def notice_reason(reading: Reading, num_words: int) -> str | None:
    """Name what a page is in place of its text: ``error_page``, ``cookie_wall`` or ``paywall``; else None."""
    text = reading.sample
    if num_words <= MOST_ERROR_WORDS and ERROR.search(text):
        return "error_page"
    if num_words <= MOST_WALL_WORDS and ("ookie" in text or "onsent" in text):
        consents = CONSENT.findall(text)
        if len(consents) >= max(FEWEST_CONSENTS, LEAST_CONSENT_RATIO * num_words):
            return "cookie_wall"
    return "paywall" if num_words <= MOST_STUB_WORDS and STUB.search(text) else None


def unwanted_reason(reading: Reading) -> str | None:
    """Name what makes a text unwanted: ``toxic`` or ``betting_spam``; None for the others."""
    words = reading.lower_words
    different = set(words)
    for terms, fewest, ratio in (
        (SLURS, FEWEST_SLURS, LEAST_SLUR_RATIO),
        (GRAPHIC, FEWEST_EXPLICIT, LEAST_EXPLICIT_RATIO),
    ):
        if not different.isdisjoint(terms) and sum(map(terms.__contains__, words)) >= max(
            fewest, ratio * len(words)
        ):
            return "toxic"
    if len(different & BETTING_WORDS) < FEWEST_OFFER_KINDS:
        return None
    offers = OFFER.findall(reading.sample.lower())
    many = len(offers) >= max(FEWEST_OFFERS, LEAST_OFFER_RATIO * len(words))
    return "betting_spam" if many and len(set(offers)) >= FEWEST_OFFER_KINDS else None
