/** What callers and machines say, in words as `plainWords` leaves them: no apostrophes, no accents. Phrases are for `phrasePattern`. */
export interface SafetyWords {
  /** Asking for a person, anywhere in a sentence. */
  readonly person: readonly string[];
  /** Asking for a person, when nothing else is said. */
  readonly personAlone: readonly string[];
  /** An answering machine or an operator's announcement. */
  readonly machine: readonly string[];
  /** An insult or a threat to whoever listens. */
  readonly abuse: readonly string[];
  /** The same, when nothing else is said. */
  readonly abuseAlone: readonly string[];
  /** What goes with a request without changing it. */
  readonly courtesy: readonly string[];
}

const PEOPLE =
  '(?:human|humans|human being|person|people|operator|receptionist|representative|rep|agent|someone|somebody|staff|staff member|member of staff|front desk|reception|manager|supervisor|nurse|dentist|doctor|hygienist|secretary|assistant manager|customer service|billing|accounts|office|department)';
const ANY = '(?:(?:a|an|the|your|some|any|another|real|actual|live|actual live|other|different|to) ){0,4}';
const ASKED =
  '(?:can|could|may|let|want|need|like|wanna|gotta|rather|prefer|please|must|have|able|just|possible|get|id|ill|cant)';

const ENGLISH: SafetyWords = {
  person: [
    `${ASKED} ~4 (?:speak|talk|chat) (?:to|with) ${ANY}${PEOPLE}`,
    `(?:can|could|may) (?:i|we) not (?:just )?(?:speak|talk) (?:to|with) ${ANY}${PEOPLE}`,
    `(?:speak|talk) (?:to|with) ${ANY}${PEOPLE} (?:please|now|instead)`,
    `(?:can|could|may|let|want|need|like|rather|please) ~4 (?:speak|talk) (?:to|with) (?:dr|doctor) [^ ]+`,
    `(?:connect|transfer|put|pass|get|patch|switch|forward|redirect) (?:me|us|this call|my call) (?:~1 (?:to|with|on to)|on|through) ${ANY}${PEOPLE}`,
    '(?:transfer|connect) (?:me|us|this call|my call)(?! (?:to|with|on))|put (?:me|us) through(?! to)',
    `(?:give|get) (?:me|us) ${ANY}${PEOPLE}`,
    '(?:want|need|like|prefer|rather have|looking for) (?:(?:a|an|the|to have|real|actual|live) ){0,4}(?:human|human being|real person|live person|operator|representative|live agent)',
    'is there (?:(?:a|an|any|real|actual) ){0,3}(?:human|person|one|anyone|anybody|someone|somebody) (?:there |here |else )?(?:i can|to|who can|i could) ~2 (?:talk|speak)(?: to| with)?',
    'dont (?:want|wanna|like) (?:to )?(?:talk|talking|speak|speaking|talk|deal|dealing) (?:to|with) (?:a|an|this|the|any)? ?~1 (?:robot|machine|computer|bot|ai|recording|robots|machines|computers)',
    '(?:real|actual|live) (?:person|human|human being|agent) (?:please|now)|someone real|somebody real',
    `${ANY}(?:human|operator|representative|receptionist|front desk|reception) (?:please|now)`,
  ],
  personAlone: [
    `${ANY}(?:human|human being|person|operator|representative|receptionist|agent|front desk|reception|staff|manager|customer service|zero|0|press zero|press 0|someone|somebody)`,
    `(?:speak|talk) (?:to|with) ${ANY}${PEOPLE}`,
  ],
  machine: [
    '(?<!(?:i|to|should i|do i|can i|could i|ill) )leave ~1 (?:a |your )?~2 (?:message|name) ~8 (?:after|at) the (?:tone|beep|signal)',
    '(?:after|at) the (?:tone|beep) (?:please )?(?:record|leave|speak)|record your (?:voice )?message',
    '(?:person|party|customer|subscriber|number|mobile) (?:that )?(?:you (?:are|have|re)|youre|youve) ~1 (?:calling|called|dialed|dialled|trying to reach|reached) ~2 (?:is|isnt|cant|has|cannot) ~3 (?:available|unavailable|answering|switched|busy|reached|service|connected|off)',
    '(?:the )?(?:number|subscriber|mobile number) you (?:have |are )?(?:dialed|dialled|dialing|called|calling) (?:is|isnt|has|cant|may)',
    '(?:youve|you have|you) reached (?:the )?(?:voicemail|voice mail|mailbox|answering machine|voice mailbox|answering service)',
    '(?:youve|you have) reached ~6 (?:cant|not able to|unable to|not available|arent able to|isnt available) ~4 (?:phone|call|available|message)?',
    '(?:mailbox|voice mailbox|voicemail box) (?:is full|has not been set up|hasnt been set up|isnt set up|is currently full)|memory is full',
    'forwarded to (?:an )?(?:automated )?(?:voice messaging|voicemail|voice mail)(?: system)?|automated voice messaging',
    '(?:cant|not able to|unable to|isnt available to|is unavailable to|not available to) (?:come to|take|answer|get to) (?:the|your|my) (?:phone|call) ~2 (?:right now|at the moment|now|please leave|leave)',
    'when (?:you are|youre|you have|youve) finished recording|(?:you may )?hang up or press (?:1|one|pound|star|hash)|to leave a callback number|begin recording',
    'is currently switched off|temporarily unavailable please try|powered off please',
  ],
  abuse: [
    '(?:fuck|screw|damn|hate) you|you suck|nigg(?:er|a)|faggot|fuck off|fuck yourself|piss off|go to hell|kiss my (?:ass|arse)|suck my ~1|eat shit|drop dead',
    '(?<!(?:to|told him|told her|him|her) )shut (?:the (?:fuck|hell) )?up',
    '(?:you|youre|you are|ur|you people|you guys) (?:(?:are|such|just|really|so|very|a|an|all|fucking|bloody|damn|complete|total|absolute|stupid|dumb|little|goddamn|the) ){0,6}(?:idiot|idiots|moron|morons|imbecile|stupid|dumb|dumbass|useless|worthless|pathetic|asshole|arsehole|bitch|bastard|retard|retarded|scum|trash|garbage|piece of shit|piece of crap|piece of garbage|liar|clown|fool|brainless|incompetent)(?! (?:question|of me))',
    '(?:stupid|dumb|useless|fucking|bloody|idiotic|worthless|goddamn|damn) (?:(?:fucking|stupid|bloody|piece of) )?(?:machine|robot|bot|computer|ai|cow|bitch|idiot|woman|system bot|piece of shit)',
    '(?:are you|you) (?:(?:so|fucking|really|that|completely) ){0,2}(?:stupid|retarded|dumb|deaf or stupid|brain dead|an idiot|a moron)',
    '(?:son of a bitch|motherfucker|mother fucker|motherfucking|dickhead|cocksucker|cunt|whore|slut|dumbass)',
    '(?:ill|i will|im going to|im gonna|i am going to|gonna) ~1 (?:kill|hurt|find|beat|punch|shoot|stab) (?:you|you all|you people)|burn (?:your|the|that) (?:clinic|place) down|i hope you (?:all )?die',
  ],
  abuseAlone: [
    '(?:(?:you|stupid|fucking|bloody|dumb) ){0,3}(?:idiot|idiots|moron|bitch|asshole|bastard|dumbass|stupid)',
  ],
  courtesy: [
    'please|now|yes|yeah|hello|hi|hey|um|uh|er|just|ok|okay|no|well|right now|thank you|thanks|i said|sorry|operator|representative|human|agent|zero|0|ma am|sir',
  ],
};

const PERSONAS =
  '(?:persona|personas|humano|humana|ser humano|operadora?|recepcionista|representante|agente|alguien|doctora?|dentista|encargad[oa]|gerente|secretaria|recepcion|asesora?|enfermera|empleado|empleada)';
const ALGUNA = '(?:(?:un|una|el|la|algun|alguna|otra|otro|su|verdadera|de la) ){0,3}';

const SPANISH: SafetyWords = {
  person: [
    `(?:quiero|quisiera|queria|puedo|podria|necesito|deseo|prefiero|gustaria|dejeme|dejame|favor|puede|tengo que|posible) ~2 (?:hablar|comunicarme|comunicarse|conversar|que me atienda) (?:con )?${ALGUNA}${PERSONAS}`,
    `(?:paseme|pasame|comuniqueme|comunicame|conecteme|conectame|transfierame|transfiereme|transferirme|ponme|pongame|comunicarme|pasarme|conectarme) (?:con|a) ${ALGUNA}${PERSONAS}`,
    `(?:me )?(?:puede|podria|puedes) (?:pasar|comunicar|conectar|transferir|poner)(?:me)? (?:con|a) ${ALGUNA}${PERSONAS}`,
    '(?:quiero|necesito|prefiero|quisiera) (?:a )?(?:una |un )?(?:persona|persona real|humano|ser humano|operadora?|representante)',
    'no (?:quiero|me gusta) hablar con (?:un |una |esta |este |el |la )?(?:maquina|robot|computadora|ordenador|grabacion|contestadora)',
    '(?:operadora?|recepcionista|representante|persona real|recepcion) por favor',
  ],
  personAlone: [
    `${ALGUNA}(?:persona|persona real|humano|operadora?|representante|recepcionista|recepcion|agente|cero|0|alguien)`,
  ],
  machine: [
    '(?:deje|deja|grabe|graba|puede dejar|puedes dejar) (?:su|tu|un) (?:mensaje|recado|nombre)',
    '(?:despues|al escuchar|al oir|luego) (?:de )?(?:del|de la|el|la)? ?(?:tono|senal|bip|pitido)',
    'buzon de (?:voz|mensajes)|contestador automatico|contestadora automatica|sistema de mensajes',
    '(?:el )?(?:numero|telefono|usuario|abonado|cliente|movil) (?:que )?(?:usted )?(?:ha )?(?:marcado|marco|llama|solicitado|al que llama) ~5 (?:no|esta|se encuentra|apagado|ocupado|existe|disponible|fuera)',
    '(?:no (?:puedo|podemos|puede) (?:atender|contestar|atenderle|atenderte)|no se encuentra disponible|apagado o fuera)',
  ],
  abuse: [
    '(?:hijo|hija) de (?:puta|perra|la chingada)|vete a la (?:mierda|chingada|verga)|vayase a la (?:mierda|chingada)|vete al (?:diablo|infierno|carajo)|(?:chinga|chingue) (?:a )?(?:tu|su) madre|que te (?:jodan|den|follen)|jodete|come mierda',
    '(?:eres|es usted|usted es|sois|son) (?:(?:un|una|tan|muy|bien|puro|pura|unos) ){0,3}(?:idiota|idiotas|estupid[oa]s?|imbecil|imbeciles|inutil|inutiles|tont[oa]s?|pendej[oa]s?|basura|porqueria|mierda|incompetentes?|burr[oa]s?)',
    '(?:maldit[oa]|estupid[oa]|puta|puto|pinche|inutil|tonta|tonto|jodid[oa]) (?:maquina|robot|computadora|contestadora|bot|grabacion)|(?:maquina|robot) (?:estupid[oa]|inutil|de mierda|idiota|tont[oa])',
    'callate|callese|cierra la boca|te voy a matar|los voy a matar|ojala te mueras|ojala se mueran|cabrones?|gilipollas|malparid[oa]',
  ],
  abuseAlone: ['(?:idiota|imbecil|pendej[oa]|estupid[oa]|inutil|puta|cabron)'],
  courtesy: ['por favor|ahora|si|no|hola|ya|gracias|bueno|eh|pues|operadora?|cero|0|senorita'],
};

const LOG =
  '(?:insaan|insan|bande|banday|bandi|aadmi|admi|aadmy|receptionist|operator|doctor|dr|staff|manager|reception|numainday|numainde|numaindey|agent|human|person|banda|shakhs|dentist|counter)';
const BAAT = '(?:baat|bat|baath)';
const KAREIN =
  '(?:kar(?:ni|na|ne|wa|wao|wain|waen|wayen|wado|wa do|a|ao|ado|aen|ain|ayen|adein|wadein|ein|on|un|oon)|kr(?:ni|na|wa|wain|wao|wado|a|ado|aen|wadein))';
const URDU_LOG =
  '(?:انسان|بندے|بندہ|آدمی|ریسپشنسٹ|ریسیپشنسٹ|آپریٹر|اپریٹر|ڈاکٹر|ڈاکٹر صاحب|نمائندے|نمائندہ|عملے|منیجر|مینیجر|شخص|سٹاف|اسٹاف|استقبالیہ)';

const URDU: SafetyWords = {
  person: [
    `${LOG} (?:sahab |sahiba )?(?:se|say|sy) (?:meri )?${BAAT} ${KAREIN}`,
    `(?:kisi|asli|asal|zinda) ~1 (?:se|say) (?:meri )?${BAAT} ${KAREIN}`,
    `${LOG} (?:ko|ke sath|ko line par) (?:phone |line )?(?:dein|den|do|de do|de dein|bulao|bulaen|bulain|bula|connect|milao|mila|milaen)`,
    '(?:transfer|connect) (?:kar|kr) (?:dein|den|do|dijiye|dijye|dain)|(?:operator|receptionist|asli insaan|asli insan|asal insaan) (?:chahiye|chaiye|please|plz)',
    `(?:machine|robot|computer) (?:se|say) ~1 ${BAAT} nahin? ${KAREIN}`,
    `${URDU_LOG} سے (?:میری )?بات (?:کرنی|کرنا|کرنے|کروا|کروائیں|کرائیں|کرا|کراؤ|کروں|کرادیں|کروادیں|کر)`,
    `کسی ~1 سے (?:میری )?بات (?:کرنی|کرنا|کروا|کروائیں|کرائیں|کرا|کروں)`,
    `${URDU_LOG} کو (?:فون |لائن پر )?(?:دیں|دے|بلائیں|بلاؤ|بلا)|(?:ٹرانسفر|کنیکٹ) کر (?:دیں|دو|دے)|(?:آپریٹر|ریسپشنسٹ|اصلی انسان) (?:چاہیے|چاہئے|پلیز)`,
    `(?:مشین|روبوٹ|کمپیوٹر) سے ~1 بات نہیں (?:کرنی|کرنا)`,
  ],
  personAlone: [
    '(?:koi |asli |asal )*(?:insaan|insan|operator|receptionist|numainda|reception|banda|sifar|zero|0)',
    '(?:کوئی |اصلی )*(?:انسان|آپریٹر|ریسپشنسٹ|نمائندہ|استقبالیہ|صفر|زیرو|بندہ)',
  ],
  machine: [
    '(?:aap|ap) (?:ka|ke|k) (?:matlooba|milaya hua|dial kiya hua|dial karda) (?:number|nambar)|(?:matlooba|milaya gaya) (?:number|nambar)',
    '(?:beep|tone|bip) (?:ke|k|kay) (?:baad|bad|foran baad)|(?:paigham|message) (?:record|chor|chhor) (?:karain|karein|karen|kijiye|dein|jayen)',
    '(?:number|nambar|phone) (?:is waqt|filhal|fil haal) ~3 (?:band|masroof|dastyab nahi|available nahi)',
    'آپ کا (?:مطلوبہ|ملایا ہوا|ڈائل کیا ہوا|ڈائل کردہ) نمبر|مطلوبہ نمبر',
    '(?:بیپ|ٹون) کے (?:فورا |فوراً )?بعد|(?:پیغام|میسج) (?:ریکارڈ|چھوڑ) (?:کریں|کروائیں|کرائیں|کیجیے|دیں|جائیں)',
    '(?:نمبر|فون) (?:اس وقت|فی الحال|فلحال) ~3 (?:بند|مصروف|دستیاب نہیں)',
  ],
  abuse: [
    '(?:bakwas|bakwaas) (?:band|bnd|na|mat|nahi) (?:kar|karo|kr|kro|karein)|chup (?:kar|kr|ho ja|ho jao|karo|karja)|(?:tu|tum|tera|teri|tumhari|aap|abe|oye|saale|sale|salay) ~2 (?:kutt[aei]|kuttay|kamin[aei]|kameen[aei]|kaminay|gadh[aei]|gadhay|ullu|bewaqoof|bewakoof|bevakoof|jahil|nikamm[ai]|bekaar|bekar|harami|ghatiya|pagal (?:ho|hai|hy))',
    '(?:kutt[ae]|kuttay|kutti) (?:ka|ke|kay) (?:bacha|bache|bachay|bachi)|ullu (?:ka|ke|kay) (?:patha|pathay|pathe|patthe|pattha)|haram ?(?:zad[aei]|zaday|khor)|harami|(?:behen|bhen|bahen|behn) ?(?:chod|chodh|ch)|madar ?(?:chod|chodh)|maa ?(?:chod|ki)|gandu|ch[uo]+ti?ya|lanat (?:ho )?(?:tum|tujh|aap|tere) ?(?:par|pe)?|bhar ?mein ?ja(?:o)?|(?:main )?tujhe (?:maar|mar|jaan se)',
    '(?:bakwas|bekaar|bekar|ghatiya|fazool|fuzool|pagal) (?:machine|robot|computer)',
    'بکواس (?:بند|نہ|مت) (?:کر|کرو|کریں)|چپ (?:کر|کرو|ہو جا|ہو جاؤ)|(?:تو|تم|تیری|تمہاری|آپ|ابے|اوئے|سالے) ~2 (?:کت[اےی]|کتے|کمین[اےہ]|گدھ[اےی]|الو|بیوقوف|بے وقوف|جاہل|نکم[اےی]|حرامی|گھٹیا|پاگل (?:ہو|ہے))',
    'کتے (?:کا|کے|کی) (?:بچہ|بچے|بچی)|الو (?:کا|کے|کی) (?:پٹھا|پٹھے|پٹھی)|حرام ?(?:زاد[ہےی]|خور)|حرامی|(?:بہن|بھین) ?چود|مادر ?چود|گانڈو|چوتیا|لعنت (?:ہو )?(?:تم|تجھ|آپ)|(?:بکواس|بیکار|گھٹیا|فضول) (?:مشین|روبوٹ|کمپیوٹر)',
  ],
  abuseAlone: [
    '(?:kutt[ae]|kamin[ae]|gadha|gadhe|bewaqoof|bakwas|bakwaas|pagal|کتا|کتے|کمینہ|کمینے|گدھا|گدھے|بیوقوف|بکواس)',
  ],
  courtesy: ['please|plz|ji|haan|han|jee|bhai|operator|zero|پلیز|جی|ہاں|بھائی|آپریٹر|صفر|abe|oye|tum|tu|تم'],
};

/** By language. */
export const SAFETY_WORDS = { en: ENGLISH, es: SPANISH, ur: URDU } as const satisfies Record<
  string,
  SafetyWords
>;
