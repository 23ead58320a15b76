/** Phrases of one claim, for `phrasePattern` with accents kept. */
export interface ClaimPhrases {
  /** Said of what has been done or is being done: nothing while it depends on a condition. */
  readonly done: readonly string[];
  /** A promise: it also binds when it follows a condition, as in "If nobody answers, we will call you back". */
  readonly promised?: readonly string[];
}

/** The whole clause: "Okay, booked!" */
const ONLY = (word: string): string =>
  `(?<=^ (?:(?:okay|ok|great|perfect|all|done|and|now|alright|there) ){0,3})${word}(?=(?: (?:for you|in|now))? $)|consider (?:it|that) ${word}`;
const NOW =
  '(?:(?:now|just|all|already|also|both|then|officially|successfully|gone ahead and|went ahead and|therefore|so|duly|ya|acabo de|ahora) ){0,3}';
const I_HAVE = `(?:ive|i have|weve|we have|i|we) ${NOW}`;
const PERFECT = `(?:ive|i have|weve|we have) ${NOW}`;
const YOU_ARE = `(?:youre|you are|youve been|you have been|hes|shes|theyre|he is|she is|they are) ${NOW}`;
const IT = '(?:your|the|that|this|it|you|him|her|them|both|his|their|everything|an|a|my|one)';
const VISIT =
  '(?:appointments?|booking|bookings|visit|visits|slot|reservation|check up|cleaning|consultation)';
const IS = '(?:is|are|has been|have been|was|were|s|got|gets)';
const LIST = '(?:waiting list|waitlist|wait list|waiting ?list)';
const FRIENDS =
  '(?:we|they|somebody|someone|i|he|she|(?:the|our|a|one of our|my) [^ ]+ ~3 |your (?:doctor|dentist|hygienist) |dr [^ ]+ ~2 |doctor [^ ]+ ~2 )';
const TEAM =
  '(?:them|the (?:front desk|team|doctor|dentist|clinic|staff|office|nurse|manager|reception|receptionist)|our (?:front desk|team|staff|office|colleagues|reception)|dr [^ ]+|my colleagues?|a colleague)';

/** English: what each claim sounds like. */
export const ENGLISH_CLAIMS = {
  booked: {
    done: [
      `${YOU_ARE}(?:booked|scheduled|confirmed|reserved|pencilled in|penciled in)(?: in)?(?! (?:up|out|solid))|${YOU_ARE}(?:down|in|all set|set) (?:for|on|with|at)(?! (?:the|our|a) wait)`,
      `(?:thats|that is|its|it is|that has been|thats been|it has been|its been|everything is|everythings|all|both are|these are|theyre both) ${NOW}(?:booked|confirmed|scheduled|reserved)(?! (?:up|out|solid|by (?:somebody|someone|another|others)))`,
      `(?:your|the|her|his|their|both) ~2 ${VISIT} ~20 ${IS} ${NOW}(?:booked|confirmed|scheduled|made|reserved|set)`,
      `${I_HAVE}(?:booked|scheduled|reserved|confirmed|arranged) (?:in )?${IT}(?! (?:whole|entire|message))`,
      `${I_HAVE}(?:made|set up|created) (?:your|the|that|this|an|a) ~2 ${VISIT}`,
      `${I_HAVE}(?:put|got|have|pencilled|penciled|slotted) (?:you|him|her|them|that) (?:down|in|booked)`,
      '(?:is|are) (?:now )?(?:booked for you|yours|reserved for you|confirmed for you)',
      `[^ ]+ (?:is|are) ${NOW}booked (?:in )?(?:for|on|with|at)`,
      `${PERFECT}(?:booked|scheduled)(?! (?:no|nothing|none|out|up|neither|a call|a callback))|(?:ive|i have|weve|we have) (?:got )?(?:you|(?:your|the) ~2 ${VISIT}) ~9 (?:booked|confirmed|scheduled)`,
      ONLY('booked'),
    ],
  },
  moved: {
    done: [
      `${I_HAVE}(?:moved|rescheduled|shifted|rebooked|pushed|brought forward) ${IT}`,
      `${PERFECT}(?:moved|rescheduled)(?! (?:no|nothing|none|to|into|premises|offices|house|from))|(?:your|the) ~2 ${VISIT} is now (?:on|at|for)`,
      `${I_HAVE}(?:changed|switched|updated) (?:your|the|that|his|her) ~3 (?:${VISIT}|time|day)|${I_HAVE}(?:changed|switched) (?:it|that|you|this|them|him|her) (?:to|from|over to)`,
      `(?:your|the|her|his|their) ~2 ${VISIT} ~20 ${IS} ${NOW}(?:moved|rescheduled|changed|shifted|pushed)`,
      `${YOU_ARE}(?:moved|rescheduled|rebooked)|(?:thats|that is|its|it is|that has been|thats been|it has been|its been) ${NOW}(?:moved|rescheduled|rebooked|changed to)`,
    ],
  },
  cancelled: {
    done: [
      `${PERFECT}cancell?ed(?! (?:no|nothing|none|neither))`,
      ONLY('cancell?ed'),
      `${I_HAVE}(?:cancell?ed|called off|deleted|removed) ${IT}(?! (?:file|number|message))`,
      `(?:your|the|her|his|their|both) ~2 ${VISIT} ~20 ${IS} ${NOW}(?:cancell?ed|called off|deleted)`,
      `(?:thats|that is|its|it is|that has been|thats been|it has been|its been|everything is|both are|theyre both) ${NOW}(?:cancell?ed|called off)`,
    ],
  },
  message: {
    done: [
      `${I_HAVE}(?:left|taken|noted|recorded|sent|passed on|saved|written down|forwarded|stored|took|given|put) (?:(?:down|on|in|them|him|her) )?(?:a|your|the|that|this|an) ~2 (?:message|note|request)|${I_HAVE}(?:left|sent|given) ${TEAM} (?:a|your|the) ~1 (?:message|note)`,
      `${I_HAVE}(?:passed|forwarded|handed) (?:it |that |this |your ~3 )(?:on|along|over|to)|${I_HAVE}(?:told|informed|notified|alerted|messaged) ${TEAM}|${I_HAVE}let ${TEAM} ~2 know`,
      `${I_HAVE}made a note (?:for|of (?:it|that|this) for)|${I_HAVE}left word|${TEAM} (?:has|have|got) your (?:message|note)`,
      `(?:your|the) ~1 (?:message|note|request) (?:is|has been|was|s) ${NOW}(?:left|taken|noted|stored|saved|sent|passed|recorded|delivered|forwarded|with)`,
    ],
    promised: [
      '(?:ill|i will|well|we will|i am going to|im going to) ~1 (?:pass|forward|hand) (?:it |that |this |your ~3 )(?:on|along|over|to)',
      `(?:ill|i will|well|we will) ~1 (?:let ${TEAM} ~1 know|tell ${TEAM}|inform ${TEAM}|make sure (?:that )?${TEAM} ~1 (?:get|gets|know|knows|see|sees|receive|receives))`,
    ],
  },
  callback: {
    done: [
      `${I_HAVE}(?:asked|told|got) ~6 to (?:call|phone|ring|contact) (?:you|him|her)`,
      `${I_HAVE}(?:arranged|requested|scheduled|booked|put in|noted) a (?:call ?back|call back|return call)|(?:a|your) (?:callback|call back) (?:is|has been) ${NOW}(?:arranged|requested|scheduled|booked|noted)`,
    ],
    promised: [
      `(?:well|ill|theyll|shell|hell|somebodyll|someonell|${FRIENDS}(?: ?(?:will|ll|shall|is going to|are going to|am going to)))(?: (?:then|also|definitely|certainly|be|try to|gladly|soon|shortly))? (?:call|calling|phone|phoning|ring|ringing|get back to|getting back to|contact|reach out to|give) (?:you|him|her)(?! (?:an? (?:appointment|moment|minute|slot|time|text|message|reminder|options?)|some|the|your|more|our|directions))`,
      `(?:well|ill|theyll|shell|hell|${FRIENDS}(?: ?(?:will|shall))) (?:be in touch|return your call)`,
      '(?:ill|i will|well|we will) (?:have|get|ask) ~6 (?:to )?(?:call|phone|ring|contact) you',
      '(?:youll|you will|you can|you should|please) (?:then |soon )?(?:get|receive|expect|have) (?:a|our|the|their) (?:call|callback|call back|phone call)',
    ],
  },
  transferring: {
    done: [
      '(?:im|i am|were|we are) (?:now |just |going to |gonna )?(?:connect(?:ing)?|transfer(?:ring)?|patch(?:ing)?|forward(?:ing)?) (?:you|your call|the call|him|her)|(?:im|i am) (?:now |just )?(?:putting|passing|handing) you (?:through|on to|over|to)',
      '(?:ill|i will|well|we will|let me|allow me to|lets) (?:now |just |quickly |go ahead and )?(?:connect|transfer|patch|forward) (?:you|your call|the call)|(?:ill|i will|let me|allow me to) (?:now |just )?(?:put|pass|hand) you (?:through|over|on to)',
      '(?:transferring|connecting) (?:you|your call)|(?:ive|i have) (?:now |just )?(?:transferred|connected) (?:you|your call)|putting you through',
      '(?:while|as|until) (?:i|we) (?:connect|transfer|put) (?:you|your call)|(?:youre|you are) (?:now )?being (?:connected|transferred|put through)|your call is (?:now )?being (?:transferred|connected|forwarded)',
    ],
  },
  waiting_list: {
    done: [
      `${YOU_ARE}(?:added |put |placed )?(?:on|in|to|onto) (?:the|our|a) ~1 ${LIST}`,
      `${I_HAVE}(?:put|added|placed|entered|got) (?:you |him |her |them |that |your ~3 )(?:on|to|in|onto|down on) (?:the|our|a) ~1 ${LIST}`,
      `(?:your name|[^ ]+) (?:is|are|has been|have been) ${NOW}(?:added |put )?(?:on|to|onto) (?:the|our|a) ~1 ${LIST}`,
    ],
    promised: [
      '(?:well|ill|theyll|we will|i will|they will|somebody will|someone will) (?:call|phone|ring|contact|text|notify|tell|let) (?:you|him|her) ~3 (?:if|when|as soon as|should) ~4 (?:free|frees|freed|open|opens|available|slot|spot|cancels|cancellation)',
    ],
  },
  registered: {
    done: [
      `${PERFECT}(?:registered|enrolled)(?! (?:no|nothing|none|neither))|(?:ive|weve) got (?:you|him|her|them) registered`,
      `${I_HAVE}(?:registered|enrolled|signed) (?:you|him|her|them|your|the|that|up|both)`,
      `${YOU_ARE}(?:registered|enrolled)|(?:your|the|her|his) ~2 (?:registration|file|profile|record|details) (?:is|are|has been|have been) ${NOW}(?:complete|done|completed|registered|created|set up|saved|in our system)`,
      `${I_HAVE}(?:created|set up|opened|made) (?:a|your|the|his|her) ~2 (?:file|record|profile|account)|${I_HAVE}added (?:you|him|her|them) (?:as|to our (?:system|records|patients|books|database))`,
      `[^ ]+ is ${NOW}registered (?:as|with|now)`,
    ],
  },
} as const satisfies Record<string, ClaimPhrases>;

/** The claims there are, in the vocabulary of `call_claims`. */
export type ClaimKind = keyof typeof ENGLISH_CLAIMS;
