"""Pages that are no text, abuse and affiliates go; reports about them stay. All invented."""

from __future__ import annotations

import pytest

from tasks.clean.reading import Reading
from tasks.clean.unwanted import notice_reason, unwanted_reason

REPORT = (
    "The Masons beat the Rovers 3-1 on Sunday, and Ada Moss scored twice. The Rovers had led at half-time. "
    "Coach Ben Cole said his side deserved the win after a hard week. The Masons meet the Otters next "
    "Saturday. "
)
ABUSE_REPORT = REPORT * 6 + (
    "Moss was called a nigger by a man in the away end, the club said. Police arrested him. The league "
    "condemned "
    "racist abuse, and said that nobody should hear that word at a ground."
)
ODDS_REPORT = REPORT * 4 + (
    "Bookmakers made the Masons 11/4 to win the cup, with the Otters at 5/1 and odds of 150/1 on a draw. "
    "Betting on "
    "the match was suspended after an unusual pattern of bets, and a player was banned for gambling."
)
AFFILIATE = (
    "Masons v Otters betting tips: our best bets for Saturday. New customers can claim the bonus with our "
    "promo code "
    "MASON30: bet \u00a310 get \u00a330 in free bets. 18+ T&Cs apply. BeGambleAware. Odds boost: Masons to "
    "win at 4/1. "
    "Sign up offer: use the bonus code at the bookmaker and get free spins in the online casino."
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("404 Page not found. The page you are looking for does not exist. Try our front page or the "
        "search.", "error_page"),
        ("Please verify you are a human by completing the captcha below to go on to the site.", "error_page"),
        ("Access denied. You do not have permission to see this page on this server today.", "error_page"),
        ("We and our partners use cookies and personal data. Accept all or reject all. Manage preferences. "
        "You may "
         "withdraw your consent at any time in our privacy policy. Third party cookies are listed there.",
         "cookie_wall"),
        ("The Masons won again. Subscribe to continue reading this article. Already a subscriber? Log in.",
        "paywall"),
        ("You have reached your limit. You've read 3 of 3 free articles this month. Create a free account.",
        "paywall"),
        (REPORT, None),
        (REPORT * 6 + "The keeper's shirt had the number 404 not found in any shop.", None),
        (REPORT * 8 + "Already a subscriber? Log in to read more of our reports.", None),
    ],
)  # fmt: skip
def test_page_that_is_a_notice_is_named(text: str, reason: str | None) -> None:
    assert notice_reason(Reading(text), len(text.split())) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (AFFILIATE, "betting_spam"),
        (AFFILIATE + REPORT, "betting_spam"),
        (ODDS_REPORT, None),
        (REPORT * 6 + "18+ BeGambleAware. Odds from one partner.", None),
        (ABUSE_REPORT, None),
        ("You niggers and faggots should all go home, said the faggots of the kike press. " * 3, "toxic"),
        ("Hot milf porn, xxx creampie videos, free porn and pussy for you. " * 3, "toxic"),
        (REPORT + "The tits and the cocks of Sussex are birds; the crest of the Cocks shows one.", None),
    ],
)
def test_abuse_and_affiliates_are_named_and_reports_of_them_are_not(text: str, reason: str | None) -> None:
    assert unwanted_reason(Reading(text)) == reason
