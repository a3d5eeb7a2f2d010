"""Sentence templates: many ways to tell each fact. Keys are listed in ``prose.facts_of``."""

LEAD_WIN = (
    "The {W} beat the {L} {S} at {V} on {DAY}.",
    "The {W} defeated the {L} {S} in {C} on {DAY}.",
    "A {S} win over the {L} gave the {W} a happy {DAY} at {V}.",
    "On {DAY} the {W} got the better of the {L}, winning {S} at {V}.",
    "{V} saw the {W} overcome the {L} {S} on {DAY}.",
    "The {L} lost {S} to the {W} on {DAY} at {V}.",
    "It finished {S} at {V}, where the {W} were too good for the {L}.",
    "The {W} took the points in {C} with a {S} victory over the {L}.",
    "Victory went to the {W}, who saw off the {L} {S} on {DAY}.",
    "There was no stopping the {W} on {DAY}: they beat the {L} {S}.",
    "The {W} are celebrating after a {S} success against the {L} at {V}.",
    "Defeat for the {L}: they went down {S} to the {W} on {DAY}.",
    "The {W} won a {LG} {M} against the {L} {S} at {V}.",
    "Another {LG} {DAY}, and the {W} left {V} as {S} winners over the {L}.",
    "The {W} edged ahead in the {LG} by beating the {L} {S}.",
    "The {L} had no answer to the {W}, who won {S} in {C}.",
)
LEAD_BIG = (
    "The {W} crushed the {L} {S} at {V} on {DAY}.",
    "It was one-way traffic at {V}: the {W} routed the {L} {S}.",
    "The {L} were taken apart {S} by the {W} on {DAY}.",
    "The {W} ran riot in {C}, thrashing the {L} {S}.",
    "A hammering at {V}, where the {W} swept past the {L} {S}.",
)
LEAD_CLOSE = (
    "The {W} squeezed past the {L} {S} at {V} on {DAY}.",
    "The smallest of margins split the sides in {C}: the {W} beat the {L} {S}.",
    "The {W} held their nerve to edge the {L} {S} on {DAY}.",
    "It could have gone either way at {V}, but the {W} won {S} against the {L}.",
    "The {L} pushed hard and still lost {S} to the {W} in {C}.",
)
LEAD_DRAW = (
    "The {H} and the {A} drew {S} at {V} on {DAY}.",
    "Neither the {H} nor the {A} could find a winner in a {S} draw in {C}.",
    "It ended {S} at {V}, where the {H} and the {A} shared the spoils.",
    "The {H} were held {S} by the {A} on {DAY}.",
    "Honours even in {C}: the {H} {S} the {A}.",
    "A {S} draw was all the {H} and the {A} could manage at {V}.",
)
SCORER = (
    "{P} scored {N} {U} for the {t}.",
    "{P} of the {t} was the top scorer with {N} {U}.",
    "The leading scorer was {P}, who finished with {N} {U} for the {t}.",
    "{P} led everybody with {N} {U}.",
    "Nobody did more damage than {P}: {N} {U} for the {t}.",
    "With {N} {U}, {P} was the {t} player of the day.",
    "The {t} had {P} to thank for {N} {U}.",
    "{P} put {N} {U} next to his name, the most of anyone on the field of play.",
    "The top scorer, {P}, collected {N} {U} for the {t}.",
    "{N} {U} came from {P} alone.",
    "For the {t}, {P} stood out with {N} {U}.",
    "{P} was in the mood, and {N} {U} were his reward.",
    "Much of it was the work of {P}, credited with {N} {U} for the {t}.",
    "The scoring was headed by {P} of the {t} with {N} {U}.",
)
SECOND = (
    "{P2} added {N2} for the {t2}.",
    "{P2} had {N2} for the {t2}.",
    "Behind him came {P2} of the {t2} with {N2}.",
    "{P2} finished with {N2} on the {t2} side.",
    "{N2} more belonged to {P2} of the {t2}.",
    "The {t2} relied on {P2}, who contributed {N2}.",
)
ATTENDANCE = (
    "The attendance was {A_}.",
    "A crowd of {A_} watched.",
    "{A_} people came to {V}.",
    "There were {A_} spectators at {V}.",
    "Attendance at {V}: {A_}.",
    "{A_} tickets were taken up for the afternoon.",
    "The gate was given as {A_}.",
    "{V} held {A_} supporters for the occasion.",
    "{A_} fans filed through the turnstiles.",
    "The crowd at {V} numbered {A_}.",
    "The stands held {A_}, many of them in {h} colours.",
    "An attendance of {A_} was announced.",
)
VENUE = (
    "The {M} was played at {V} in {C}.",
    "{V}, home of the {h}, staged the {M}.",
    "The {h} hosted it at {V}.",
    "The setting was {V}, where the {h} play.",
    "Both sides met at {V}.",
    "{C} and its {V} were the stage.",
    "The {a} had made the trip to {V} in {C}.",
    "It was a {LG} fixture at {V}.",
)
HALF_LEAD = (
    "The {T} were {HS} up at {HN}.",
    "At {HN} the {T} led {HS}.",
    "The {T} took a {HS} lead into {HN}.",
    "It stood {HS} to the {T} at {HN}.",
    "By {HN} the {T} were in front, {HS}.",
)
HALF_LEVEL = (
    "It was {HS} at {HN}.",
    "The sides were level at {HS} by {HN}.",
    "Nothing separated them at {HN}, with the score {HS}.",
    "At {HN} they could not be split: {HS}.",
)
DECISIVE = (
    "The {D} decided it.",
    "The {M} turned in the {D}.",
    "The {D} belonged to the {w}.",
    "It was in the {D} that the {w} pulled clear.",
    "What settled the matter was the {D}.",
    "The {w} did their best work in the {D}.",
    "The {l} will not want to see the {D} again.",
)
DECISIVE_DRAW = (
    "The liveliest spell was the {D}.",
    "Most of the action came in the {D}.",
    "The {D} had nearly everything.",
)
OVERTIME = (
    "It took {X} to find a winner.",
    "The sides were level after regular play, and {X} was needed.",
    "Only {X} could separate them.",
    "The winning score came in {X}.",
)
REFEREE = (
    "{R} was the referee.",
    "The {M} was refereed by {R}.",
    "Referee {R} kept a firm hand.",
    "{R} took charge as referee.",
    "The referee, {R}, had a quiet day.",
    "In charge was referee {R}.",
)
RESTATE_WIN = (
    "The final score: {w} {WS}, {l} {LS}.",
    "So the {w} won and the {l} lost, {S}.",
    "The {w} were the winners, {S}.",
    "Final score {S} to the {w}.",
    "It means a win for the {w} and a defeat for the {l}.",
    "The {l} go home beaten, {S}.",
    "When it was over the board read {w} {WS}, {l} {LS}.",
    "The winners were the {w}; the losers, the {l}.",
    "The {l} have now lost to the {w}, and {S} was a fair result.",
    "The final score of {S} sent the {w} home happy.",
)
RESTATE_DRAW = (
    "The final score: {h} {HSC}, {a} {ASC}.",
    "So it ended {S}, with no winner and no loser.",
    "Final score {S}, a draw.",
    "A point each, then, after a {S} draw between the {h} and the {a}.",
)
SCORER_AGAIN = (
    "The day's top scorer was {P}.",
    "Supporters will talk about {p} and his {N} {U} for a while.",
    "The player of the {M} award went to {p}.",
    '"We could not contain {p}," one opponent said.',
    "{P} walked off to applause.",
)
QUOTE_WIN = (
    '"{Q}," said {w} coach {K}.',
    'The {w} coach, {K}, was pleased: "{Q}."',
    '"{Q}," {K} of the {w} told reporters.',
    '{K}, who coaches the {w}, put it simply: "{Q}."',
)
QUOTE_LOSS = (
    '"{Q}," said {l} coach {k}.',
    'The {l} coach, {k}, was blunt: "{Q}."',
    '{k} of the {l} offered no excuses: "{Q}."',
    '"{Q}," admitted {k}, coach of the {l}.',
)
HAPPY = (
    "We kept our shape and took what was there",
    "I asked for patience and they gave me patience",
    "The bench won it for us",
    "We trained for exactly this all week",
    "You do not get many days like that",
    "It was not pretty and I do not care",
    "They believed from the first minute",
    "Our defence deserves the credit",
    "We have been waiting for a performance like this",
    "Nobody panicked, and that is new for us",
    "The travelling supporters carried us",
    "I could not be prouder of the young ones",
    "We looked tired early on and fresh at the end",
    "There is more to come from this group",
    "We rode our luck once or twice",
    "That is what hard running does for you",
    "The plan was simple and they stuck to it",
    "Tonight we enjoy it and tomorrow we work",
)
GLUM = (
    "We gave them a start and never got it back",
    "That was not good enough from any of us",
    "The better side won",
    "We made the same mistakes as last week",
    "I will take the blame for the plan",
    "We ran out of legs",
    "Small things, and they punished every one",
    "There is no hiding from that",
    "We had our chances and did not take them",
    "It hurts, and it should hurt",
    "We will look at the pictures and be honest",
    "Our passing let us down",
    "We were second to everything",
    "Give the other side their due",
    "We stopped playing and they did not",
    "Injuries are no excuse for that",
    "We have to be braver",
    "It is a long season and we need to learn fast",
)
COLOUR = (
    "A cold wind blew across the ground before the start.",
    "The queue for hot drinks was long by the interval.",
    "Drums in the far corner never stopped.",
    "There was an early delay while the lights were mended.",
    "The pace was high from the opening exchanges.",
    "Neither side made a change until late on.",
    "Nerves showed in the opening minutes.",
    "Old rivals know each other well, and it showed.",
    "The visitors' buses had been held up on the ring road.",
    "Some hard knocks were given and taken.",
    "A minute's silence was kept for a former groundskeeper.",
    "School choirs sang before the teams came out.",
    "Several regulars were missing through illness.",
    "The winter sun sat low behind the main stand.",
    "Rain in the morning had given way to a clear sky.",
    "The local brass band played the teams in.",
    "A new scoreboard was shown off for the first time.",
    "Two debutants were warmly received.",
    "Tempers frayed once, then cooled.",
    "Scouts from abroad were seen in the main stand.",
    "Both dressing rooms were quiet beforehand.",
    "The medical teams were kept busy.",
    "Children from a local club carried the flags.",
    "There were long stoppages late on.",
)
NEXT = (
    "The {h} next face the {nh}.",
    "Next up for the {h} are the {nh}.",
    "The {a} meet the {na} in their next outing.",
    "The {a} now turn to the {na}.",
    "Waiting for the {h} next week: the {nh}.",
)

HEADLINE_WIN = (
    "{w} beat {l} {S}",
    "{w} {S} {l}: report from {V}",
    "{l} beaten by {w} in {C}",
    "{p} leads {w} past {l}",
    "{w} too strong for {l}",
    "{S} win for {w} over {l}",
    "{w} celebrate at {V}",
    "{l} fall to {w}",
    "Happy day for {w} as {l} lose {S}",
)
HEADLINE_LED_BY_LOSER = ("{w} win {S} despite {p}",)
HEADLINE_DRAW = (
    "{h} and {a} draw {S}",
    "{h} held by {a}",
    "All square at {V}",
    "{S} draw for {h} and {a}",
)

QUESTION_WINNER = (
    "Who won?",
    "Which team won?",
    "Who won the {M}?",
    "Who came out on top?",
    "Which side were the winners?",
    "Who beat whom?",
)
ANSWER_WINNER = (
    "The {W}.",
    "The {W} won.",
    "The {w} did.",
    "It was the {W}, {S}.",
    "The {w} beat the {l}.",
    "The {W} were the winners.",
)
ANSWER_WINNER_DRAW = (
    "Nobody: it was a draw.",
    "Neither side. It ended level.",
    "It was a {S} draw, so nobody won.",
)
QUESTION_LOSER = ("Who lost?", "Which team lost?", "Who lost the {M}?", "Who went home beaten?")
ANSWER_LOSER = (
    "The {L}.",
    "The {L} lost.",
    "The {l} did.",
    "It was the {L} who lost.",
    "The {l}, beaten by the {w}.",
)
ANSWER_LOSER_DRAW = ("Nobody lost a draw.", "Neither side.", "Nobody did: {S} was a draw.")
QUESTION_SCORE = (
    "What was the final score?",
    "What was the score?",
    "How did it end?",
    "What did the scoreboard say?",
)
ANSWER_SCORE = ("{S}.", "It was {S}.", "The final score was {S}.", "It ended {S}.")
QUESTION_VENUE = (
    "Where was it played?",
    "Where was the {M} played?",
    "At which venue did they meet?",
    "Which venue staged it?",
    "What was the venue?",
)
ANSWER_VENUE = ("{V}.", "At {V}.", "It was played at {V}.", "{V} in {C}.", "At {V}, home of the {h}.")
QUESTION_SCORER = (
    "Who scored most?",
    "Who was the top scorer?",
    "Which player led the scoring?",
    "Who was the leading scorer?",
    "Whose day was it?",
)
ANSWER_SCORER = (
    "{P}.",
    "{P}, with {N} {U}.",
    "It was {P} of the {t}.",
    "{P} was the top scorer.",
    "{P}, who had {N}.",
)
QUESTION_POINTS = (
    "How many did he score?",
    "How many {UU} did {p} have?",
    "What was his tally?",
    "How many did {P} get?",
)
ANSWER_POINTS = ("{N}.", "He had {N}.", "{N} {U}.", "It was {N}.")
QUESTION_ATTENDANCE = (
    "How many people watched?",
    "What was the attendance?",
    "How big was the crowd?",
    "How many spectators were there?",
)
ANSWER_ATTENDANCE = (
    "{A_}.",
    "The attendance was {A_}.",
    "There were {A_} there.",
    "{A_} people.",
    "A crowd of {A_}.",
)
QUESTION_REFEREE = ("Who was the referee?", "Who refereed?", "Who was in charge?")
ANSWER_REFEREE = ("{R}.", "The referee was {R}.", "It was {R}.")

QUIZ_TITLE = (
    "Five questions about {h} v {a}",
    "Quick quiz: {h} against {a}",
    "What do you remember of {h} v {a}?",
    "{h} v {a}: questions and answers",
)
QUIZ_INTRO = (
    "Five questions, five short answers.",
    "Test yourself before you read the answers.",
    "Readers asked; the desk answers.",
    "Were you there? Then this is easy.",
)

PREVIEW_LEAD = (
    "The {H} welcome the {A} to {V} on {DAY}.",
    "{V} is the place on {DAY}, when the {H} meet the {A}.",
    "The {A} travel to {C} on {DAY} to face the {H}.",
    "A {LG} {M} between the {H} and the {A} is due at {V} on {DAY}.",
)
PREVIEW_BODY = (
    "{hc} expects a hard afternoon for his side.",
    "Coach {ac} of the {a} has hinted at changes.",
    "The {h} look to {hp} for their scoring.",
    "For the {a}, {ap} is the man to watch.",
    "{hp} trained alone on Tuesday but should be ready.",
    "The referee will be {R}.",
    "The ground holds {CAP}, and few seats are left.",
    "Supporters of the {a} have been given one end of {V}.",
    "{ap} has been in fine form for the {a}.",
    "Doors open two hours before the start.",
    "The last meeting of the two is still talked about in {C}.",
    "{hc} coaches the {h}; {ac} has charge of the {a}.",
)
