"""Contact details are masked; names, scores, seasons, statistics and places of play are not. All invented."""

from __future__ import annotations

import time

import pytest

from tasks.clean.contacts import mask_contacts, mask_emails, passes_luhn, passes_mod_97

EMAILS = """
press@club.test | fan.club@masons.co.uk | j.smith+tickets@united.example | a_b@sub.domain.league.org
INFO@CLUB.COM | ticket-office@the-club.de | o'neill.pa@club.ie | 1899@hoffen.de | tickets (at) club.com
press [at] club [dot] com | media(at)league(dot)org | scout{at}club.net | coach [AT] club.com
""".replace("\n", " | ")
PHONES = """
+44 20 7946 0958 | +442079460958 | +1 555 010 9999 | +1-555-010-9999 | +49 (0)40 4907 1106 | +353 1 555 0123
+61 2 5550 1234 | +33 1 55 50 12 34 | (+34) 915 550 123 | (555) 123-4567 | (555)123-4567 | (212) 555-0134
1-800-555-0199 | 800-555-0199 | 1-888-555-0142 | 877.555.0101 | 0800 555 0111 | 0800 555 011 | 0845 555 0123
020 7946 0958 | 028 9555 0960 | 01632 960983 | 01632 960 983 | 07700 900123 | 07700 900 123 | 0161 555 0123
0114 555 0123 | (020) 7946 0958 | (01632) 960983 | 0300 555 0188
Tel: 555-0134 | Tel. 030/226 343-0 | Telephone 212-555-0134 | phone: 5550134 | Phone no. 555 01 34
call 212-555-0134 | Call us on 555 0134 99 | Fax: 069/297 89 22 | fax 555.013.4000 | Text 555-0100
Mobile: 0151 15662000 | mob: 0151 15662000 | WhatsApp 555 010 020 | Hotline: 08000 736 734 | ring 555 0134
""".replace("\n", " | ")
ADDRESSES = """
12 Elm Street | 221 Harbour Road | 4 St Mary's Lane | 77 Long Acre Road, Penwick |
1156 High Street, Santa Cruz, CA 95064
2344 Bragg St., Apt. 1C | 1119 Eighth St. | 3170 W. County Road
500 South Main Street, Suite 210, Springfield, IL 62701
9 Rowan Crescent | 31a Mill Lane | 18 The Avenue | 100 Victory Drive | 45 Ocean Blvd.
6 Kings Court, Leeds, LS1 4AB
10 Orchard Way, Penwick, PW3 7QT | 1 Church Close, Bath BA1 1AA | 2 Market Square, York, YO1 8AA
1200 State Highway
14 Riverside Terrace | 250 North 5th Avenue | P.O. Box 1234 | PO Box 88, London SW1A 1AA | Post Office Box 7
12-14 Station Road | 8 Duke of York Street
""".replace("\n", " | ")
OTHERS = [
    ("192.168.10.24", "<ip>"),
    ("83.24.251.9", "<ip>"),
    ("GB82 WEST 1234 5698 7654 32", "<account>"),
    ("DE89370400440532013000", "<account>"),
    ("4111 1111 1111 1111", "<account>"),
    ("5500-0000-0000-0004", "<account>"),
]
LEFT_ALONE = [
    "Masons won 100-99", "the 2023-24 season", "from 2014-2018", "10-4-2 (W-L-T)", "6-4, 3-6, 7-6 (7-5), 6-4",
    "odds of +150 and -110", "priced at 11/4 or 3.75", "ISBN 978-3-16-148410-0", "ISBN 0-306-40615-2",
    "21-15 7-12 33-40 2-3 0-1", "2:03:59.2", "in 9.58 seconds", "8.95m (29ft 4in)", "a crowd of 75,345",
    "12.05.2024 14:30", "2024-05-12", "05/12/2024", "20241112 20241113", "15,280 fans filed in",
    "PTS 35 REB 12 AST 9 STL 1", "5-of-12 from the field", "344-8 and 232 all out", "1 000 000 people",
    "a purse of $1,250,000.00", "EUR 12 000 000", "Formula 1 2024 season", "record of 1909 1910 1911 1912",
    "Wembley Stadium", "at St James' Park", "Old Trafford and Stamford Bridge", "the 1985 Heysel disaster",
    "Michael Jordan, 23, of the Bulls", "Jim Street scored", "Danny Drive-by 10", "3 Road wins in a row",
    "the 2012 Road World Championships", "5 Road Warriors", "won 5 straight Road games",
    "at 10 Downing Street", "1600 Pennsylvania Avenue", "Sesame Street", "in Lane 4", "Lane 5 was slow",
    "Peter Cavanagh, 35, of Mary Street", "took 3 wickets at Grace Road",
    "call the 2023-24 season a success", "text 10-4-2", "call 1-0 down a crisis", "phone 3 times",
    "fax machine from 1984", "ring 12 times", "call 911", "call up 23 players", "the No 10 shirt",
    "version 2.3.1", "rule 10.3.4.1", "section 8.1.2", "Reyes @ Lopez", "@masons tweeted",
    "follow @TheMasons",
    "$12 million over 4 years", "12 - 14 - 10 - 9", "20 7 13 0 40", "800-metre and 1500-metre races",
    "0.512 0.344 0.856", "1st 2nd 3rd 4th", "0-0 1-0 2-0 2-1", "87 88 91 79 345", "-12 -8 +4 +1",
    "Box 12 at the stadium", "the penalty box 6 times", "4-3-3 and 4-2-3-1", "won 8-7 (9), 7-6 (10)",
    "+1 +2 -3 +10",
    "000-1 shot", "won it 26-24, 25-23, 21-25, 25-19", "1111 2222 3333 4445", "1234567890 views",
]  # fmt: skip


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


@pytest.mark.parametrize(
    ("detail", "mark"),
    [
        *((email, "<email>") for email in listed(EMAILS)),
        *((phone, "<phone>") for phone in listed(PHONES)),
        *((address, "<address>") for address in listed(ADDRESSES)),
        *OTHERS,
    ],
)
def test_contact_detail_in_prose_is_masked_and_the_rest_is_not(detail: str, mark: str) -> None:
    masked = mask_contacts(f"Ada Moss said: {detail}, and then scored 31 of 100.")
    assert mark in masked
    assert masked.startswith("Ada Moss said: ")
    assert masked.endswith(" and then scored 31 of 100.")
    assert sum(map(str.isdigit, masked)) <= 5


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_sports_text_without_contact_details_stays_as_it_is(text: str) -> None:
    sentence = f"Reports say: {text} was the talk of the town."
    assert mask_contacts(sentence) == sentence


def test_table_is_searched_for_e_mail_addresses_alone() -> None:
    row = "Moss | 0161 555 0123 | 12 Elm Street | moss@club.test"
    assert mask_emails(row) == "Moss | 0161 555 0123 | 12 Elm Street | <email>"


def test_check_digits_tell_accounts_from_other_numbers() -> None:
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
    assert passes_mod_97("GB82WEST12345698765432")
    assert not passes_mod_97("GB82WEST12345698765433")


@pytest.mark.parametrize(
    "piece",
    ["1 ", "a", "a@", "+1 2 3 ", "12 The The The ", "call 1-2-3-", ".a", "1.", "12 North A", "P.O. Box ",
    "1234 ",
     "(at", "a [at] b ", "GB82 ABCD ", "12 Aaa, Bbb Street ", "x@x.", "(+1 (2) "],
)  # fmt: skip
def test_hostile_text_costs_no_more_for_each_character_when_it_is_longer(piece: str) -> None:
    def seconds(num_chars: int) -> float:
        text = (piece * (num_chars // len(piece) + 1))[:num_chars]
        start = time.process_time()
        mask_contacts(text)
        return time.process_time() - start

    seconds(1_000)
    # Quadratic work would take 64 times as long; a busy machine is given room.
    assert seconds(800_000) < 30 * max(seconds(100_000), 0.005)
