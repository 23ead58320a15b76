/** What an emergency sounds like, as phrases for `phrasePattern`, in words as `plainWords` leaves them: no apostrophes, no accents. */
export interface EmergencyWords {
  /** What can only be meant of now: "can't breathe". */
  readonly now: readonly string[];
  /** What can also be told of long ago: "a stroke". */
  readonly told: readonly string[];
}

const SOMEBODY =
  '(?:he|she|hes|shes|they|i|im|child|kid|son|daughter|baby|wife|husband|mother|mom|mum|father|dad|brother|sister|friend|patient|grandmother|grandfather|someone|somebody|man|woman|boy|girl)';
const NOT_THE_NOSE = '(?! (?:through|thru|out of|from) (?:my|his|her|the) nose)';
const NOT_BRUSHING = '(?! ~5 (?:brush|brushing|floss|flossing))';
const TOOTH = '(?:tooth|teeth)';
const NOT_OF_MILK = '(?<!(?:baby|milk|primary|wisdom) tooth)(?<!(?:baby|milk|primary|wisdom) teeth)';

const ENGLISH: EmergencyWords = {
  now: [
    `cant (?:really |even |hardly |properly |catch (?:my|his|her) |get (?:my|his|her|a|any|enough) )?breath(?:e|ing)?${NOT_THE_NOSE}`,
    'cant (?:really |even |seem to )?(?:get|catch) (?:any |enough |my |his |her |a )?(?:air|breath)',
    `(?:unable|not able|isnt able|struggling|struggles|fighting) (?:to|for) (?:a )?(?:breathe|breath|air)${NOT_THE_NOSE}`,
    `(?:can |could )?(?:barely|hardly|scarcely) (?:able to )?breath(?:e|es|ing)?${NOT_THE_NOSE}`,
    'dont think (?:(?:hes|shes|theyre)|(?:i|he|she|they|the ~1 [^ ]+|my [^ ]+) (?:can|is able to|is|are)) breath(?:e|ing)',
    `(?:not|isnt|arent|stopped|stops|quit) breathing${NOT_THE_NOSE}`,
    '(?:is|are|now|gone|fell) (?:unconscious|unresponsive|choking)',
    'gasping(?: for (?:air|breath))?|choking(?! (?:up|hazard))|suffocating|turning blue|lips are blue|going blue',
    '(?:throat|airway) (?:is |feels |feels like its |feels like it is |keeps )?(?:closing|tightening|swelling|closed up)(?: up)?',
    'cant (?:even |really |hardly )?swallow(?! (?:pills|tablets|capsules|a pill|a tablet))',
    '(?:wont|doesnt|isnt|hasnt|not|never|didnt|cant|still not) ~2 (?:stop|stopping|stopped) ~2 bleeding',
    'bleeding ~4 (?:wont|doesnt|isnt|hasnt|not|never|didnt|cant|will not) ~2 (?:stop|stops|stopping|stopped)',
    'cant (?:get|make) ~3 (?:bleeding|blood) ~2 stop|(?:blood|bleeding) keeps coming',
    `(?:keeps|kept|still|constantly|nonstop|non stop) bleeding${NOT_BRUSHING}`,
    '(?:he|she|hes|shes|cant|wont|isnt|not) ~2 (?:wake (?:up|him|her|them)|waking up|respond|responding)(?! to (?:my|the) (?:call|calls|email|emails|text|texts|message|messages))',
    '(?:wont|cant|isnt|not) waking? (?:up|him|her|them)(?: up)?',
    `${SOMEBODY} (?:is |are |just |has |have )?(?:collapsed|unresponsive|unconscious|convulsing|seizing)`,
    '(?:having|has) (?:a |an )?(?:seizure|fit|convulsions|heart attack|stroke|cardiac arrest)',
    '(?:cant|couldnt) (?:move|feel|lift) (?:my|his|her|one|the left|the right|the) ~1 (?:arm|leg|side|body)',
    `${SOMEBODY} (?:is |are |s )?(?:dying|bleeding to death)(?! (?:to|for|of|from))`,
    '(?:want|wanna|going|gonna|trying|tried|plan|planning|thinking|thought|thoughts|think|feel|might|will|about) ~3 (?:kill|killing|hurt|hurting|harm|harming) myself',
    '(?:kill|killing) myself|(?:end|ending|take|taking) my (?:own )?life|end it all|self harm|better off dead|i (?:just |really )?(?:want to|wanna) die(?! my)',
    'dont (?:want to|wanna) (?:live|be alive|be here anymore|go on living)(?! (?:here|there|in|with|near|far|so))',
    '(?:call|send|need|get) (?:me |us |him |her )?(?:an |the )?ambulance|(?:call|dial|need) (?:911|9 1 1|nine one one|999|112|1122)',
  ],
  told: [
    `(?:trouble|difficulty|difficulties|problem|problems|hard|harder|difficult|struggle|struggles|struggled) ~3 breath(?:e|ing)${NOT_THE_NOSE}`,
    `couldnt breathe${NOT_THE_NOSE}|breathing (?:problem|problems|difficulty|difficulties|trouble)|short(?:ness)? of breath|breathless`,
    '(?:trouble|difficulty|problem|problems) ~2 swallow(?:ing)?|its (?:getting |really |very |so )?(?:hard|difficult) (?:for (?:me|him|her) )?to swallow',
    '(?:swelling|swollen|swelled|swells) ~5 (?:throat|tongue|airway|neck|(?<!can )breathe|breathing|breath|(?<!can )swallow|swallowing)',
    '(?:throat|tongue|airway) ~4 (?:swelling|swollen|swelled|swells)|neck (?:is |has )?(?:really |very |all |so |badly |getting )?(?:swollen|swelling|swelled)',
    `bleeding ~2 (?:a lot|lots|heavily|badly|nonstop|non stop|constantly|profusely|uncontrollably|everywhere|like crazy|too much|so much|really bad)${NOT_BRUSHING}`,
    'bleeding for ~3 (?:hour|hours|minutes)|(?:heavy|severe|uncontrolled|uncontrollable|serious|massive|profuse) bleeding|hemorrhag(?:e|ing)|haemorrhag(?:e|ing)|bleeding out',
    '(?:lot|lots|so much|too much|full) (?:of )?blood(?! (?:pressure|thinner|thinners|test|tests|work|sugar))|(?:losing|lost|coughing up|spitting out|spitting up|vomiting|throwing up|pouring|gushing) ~3 blood(?! (?:pressure|sugar))|blood (?:is )?(?:everywhere|pouring|gushing)',
    `${SOMEBODY} (?:just |has |have |had )?fainted`,
    'unconscious|passed out|passing out|pass out|lost consciousness|losing consciousness|blacked out|(?:just |has |have |had )fainted|(?:im|is|hes|shes|am) (?:fainting|about to faint|going to faint)|had (?:a |an )?seizure',
    '(?:pain|pains|pressure|tightness) in (?:(?:my|his|her|the|left|right) ){0,2}chest|chest (?:pain|pains|pressure|tightness)|(?:pain|pains|pressure|tightness|ache|tight feeling) ~3 (?:my|his|her|the) (?:chest|heart)',
    '(?:my|his|her|the) chest ~2 (?:hurts|hurting|hurt|tight|aches|aching|burns|burning|killing me)|heart attack|cardiac arrest|heart (?:has )?stopped|(?:left arm|arm) (?:is |feels |went |going )?numb',
    '(?:a|another|the|mini|major|massive|had|having) stroke(?! (?:of|patient|survivor|rehab|medication|medicine))',
    'face (?:is |has |was )?(?:drooping|drooped|droops|droopy)|(?:mouth|one side) ~4 (?:drooping|droopy|drooped)|slurr(?:ing|ed) ~3 (?:speech|words)|speech (?:is )?(?:slurred|slurring)|slurring',
    `knocked out ~3 (?:my|his|her|a|the|one|two|three|our|front|some|both|permanent) ~2 ${TOOTH}${NOT_OF_MILK}|knocked ~4 ${TOOTH}${NOT_OF_MILK} ~1 out(?! of place)`,
    `${TOOTH}${NOT_OF_MILK} ~3 (?:knocked|punched|hit|kicked) ~2 out(?! of)|knocked out ${TOOTH}`,
    `(?:adult|front|permanent|whole|entire) ${TOOTH} ~2 (?:fell|come|came|fallen|popped|flew) ~2 out|${TOOTH}${NOT_OF_MILK} (?:just )?(?:fell|flew|popped) ~1 out(?! of)`,
    `lost ~3 ${TOOTH}${NOT_OF_MILK} ~5 (?:accident|fall|fell|fight|football|bike|hit|crash)`,
    '(?:broke|broken|fractured|dislocated|shattered) (?:my|his|her|the|a)? ?jaw|jaw ~2 (?:broken|fractured|dislocated)',
    '(?:took|taken|swallowed|taking) (?:a|the|an|all|whole) ~4 (?:bottle|box|pack|handful) of ~2 (?:pills|tablets|painkillers|medicine|medication)',
    '(?:having|severe|bad|serious|strong|terrible|an|some|kind of|violent) allergic reaction|anaphyla(?:xis|ctic)(?: shock)?|used ~2 epi ?pen',
    'suicid(?:e|al)|overdos(?:e|ed|ing)|(?:took|taken|swallowed|taking) (?:way )?too many ~2 (?:pills|tablets|painkillers|medicines)|(?:swallowed|drank|drunk) ~3 (?:bleach|poison|battery|acid)',
    '(?:its|it is|this is|thats|theres|there is|have|having|ive got|got|is|medical|dental|life threatening) ~3 emergency(?! (?:appointment|appointments|number|contact|contacts|slot|slots|line|room|dentist|dentistry|service|services|exit|fund|care|clinic|fee|hours|visit))',
    '(?<=^ (?:(?:help|please|hello|hi|yes|oh|god|um|uh|quick|urgent|an|hurry) ){0,4})emergency(?=(?: (?:please|help|now|sir|maam|hello|me)){0,3} $)',
    '(?:need|want|send) (?:some )?emergency (?:help|assistance)|emergency (?:please|emergency|help|help me|right now|now)',
  ],
};

const SPANISH: EmergencyWords = {
  now: [
    'no (?:puedo|puede|logro|logra|consigo|consigue|pueden) (?:ni |casi |bien )?respirar(?! (?:bien )?por la nariz)|apenas (?:puedo|puede) respirar|apenas respira',
    'no (?:respira|respiro|esta respirando)(?! por la nariz)|dejo de respirar|(?:me|se) (?:ahogo|ahoga|asfixio|asfixia|estoy ahogando|esta ahogando|esta asfixiando)|(?:me |le )?falta (?:de |el |mucho el )?aire|sin aire',
    '(?:me|le) cuesta (?:mucho |trabajo )?(?:respirar|tragar)(?! (?:por la nariz|pastillas))|se (?:me|le) (?:esta )?cierra(?:ndo)? la garganta|se (?:me|le) esta cerrando la garganta',
    'no (?:puedo|puede) (?:ni |casi )?tragar(?! (?:pastillas|la pastilla))',
    'no (?:para|paro|deja|dejo|cesa|ha parado|ha dejado|ha cesado) de (?:sangrar|salir sangre|salirme sangre)|no ~1 para la sangre',
    '(?:sangrado|hemorragia|sangre) ~3 no ~1 (?:para|paro|ha parado|se detiene|cesa|se corta|se quita|deja)',
    '(?:sigue|sigo|continua) sangrando|(?:sangra|sangrando|sangro) (?:sin parar|mucho|muchisimo|demasiado|bastante)|(?:me estoy|se esta) desangrando',
    'no (?:se )?(?:despierta|reacciona|recupera el conocimiento|vuelve en si)|esta (?:inconsciente|desmayad[oa]|convulsionando)|(?:me|se) (?:esta|estoy) desmay(?:ando)',
    'no (?:puede|puedo) (?:hablar|mover) (?:bien|el brazo|la pierna|un lado|medio cuerpo|la mitad)',
    'se esta muriendo(?! de)|(?:quiero|voy a|pienso|ganas de|pensando en) (?:matarme|suicidarme|morirme|morir|hacerme dano|quitarme la vida)|me quiero (?:morir|matar)|quitarme la vida|(?:acabar|terminar) con mi vida|no quiero (?:seguir )?(?:vivir|viviendo)(?! (?:aqui|alli|en|con))',
    '(?:llame|llamen|llama|llamar|necesito|necesitamos|mande|manden|envie|envien) (?:a )?(?:una |la )?ambulancia|(?:llame|llamen|llama) al (?:911|112|061)',
  ],
  told: [
    'dificultad(?:es)? (?:para|al|de) (?:respirar|tragar)|problemas? (?:para|al|de) (?:respirar|tragar|respiracion)(?! por la nariz)',
    '(?:garganta|lengua|cuello) ~3 hinchad[oa]s?|lengua ~2 inflamada|se (?:me|le) (?:hincho|ha hinchado|esta hinchando|hincha) ~2 (?:lengua|garganta|cuello)|hincha(?:zon|da|do) ~6 (?:garganta|lengua|cuello|respirar|tragar)',
    'hemorragia|(?:mucha|muchisima|demasiada|tanta) sangre|(?:vomita|vomitando|escupiendo|tosiendo|pierde|perdiendo) ~2 sangre|sangrando (?:hace|desde hace) ~2 horas?',
    'inconsciente|(?:me|se) (?:acaba de desmayar|ha desmayado|desmayo|desmaye|desvanecio)|perdi(?:o)? (?:el conocimiento|la conciencia|el sentido)|convulsion(?:es)?',
    'dolor(?:es)? ~3 (?:pecho|corazon)|(?:me|le) duele (?:mucho |muchisimo )?el (?:pecho|corazon)|(?:opresion|presion) en el pecho|infarto|ataque (?:al corazon|cardiaco|de corazon)|paro cardiaco',
    'derrame cerebral|un derrame|ictus|embolia|accidente cerebrovascular|(?:cara|boca) (?:se (?:me|le) )?(?:torcida|caida|paralizada)|se (?:me|le) (?:torcio|paralizo|cayo) (?:la|media) (?:cara|boca)',
    'se (?:me|le|nos) (?:ha )?(?:cayo|caido|salio|salido|volo|cayeron|salieron) ~2 dientes?(?! de leche)|(?:tumbo|tumbaron|arranco|arrancaron|saco|sacaron|tiro|tiraron|volo|volaron) ~2 dientes? ~3 (?:golpe|caida|pelea|accidente|punetazo)',
    'dientes? ~4 (?:arrancad[oa]s?|por un golpe|de un golpe|avulsionad[oa])|perdi(?:o)? ~2 dientes? ~4 (?:golpe|caida|accidente|pelea)|mandibula (?:rota|fracturada|dislocada)|rompi(?:o)? la mandibula',
    '(?:tengo|tiene|teniendo|fuerte|grave|severa|una) reaccion alergica(?: ~1 grave)?|anafila(?:xia|ctico|ctica)|shock anafilactico',
    'suicid(?:io|arme|arse|a)|sobredosis|(?:tome|tomo|tomado|trago) demasiadas ~1 (?:pastillas|pildoras)|(?:tomo|trago|bebio|bebi) ~2 (?:veneno|lejia|cloro)',
    '(?:es|tengo|tenemos|hay|esto es|tiene|tratarse de) (?:una )?~1 (?:emergencia|urgencia medica|urgencia dental grave)|(?<=^ (?:(?:ayuda|hola|si|una|por favor) ){0,3})emergencia(?= $)|emergencia (?:medica|por favor|ayuda|emergencia)|es (?:una |muy )?urgencia grave',
  ],
};

const RAHA = '(?:raha|rahi|rahe|rha|rhi|rhe|reha)';
const NAHI = '(?:nahi|nahin|nahee|nai|nhi|nhin)';
const SAANS = '(?:saans|sans|saas|sanss|saanse)';
const KHOON = '(?:khoon|khun|khoun|koon|blood)';
const SEENE = '(?:seene|seenay|seeney|sine|seena|sina|chaati|chati|chest)';
const MEIN = '(?:mein|me|main|mai|men)';
const GALA = '(?:gala|gale|galay|galey|zaban|zuban|gardan)';

const ROMAN_URDU: EmergencyWords = {
  now: [
    `${SAANS} (?:bhi |hi |theek se |sahi se )?${NAHI} (?:a|aa|aati|ata|aata|le|ly|li|lay|pa|${RAHA})`,
    `${SAANS} (?:le|ly|lay|aa|a) ${NAHI} (?:pa|${RAHA}|sak(?:ta|ti|te))|${SAANS} (?:ruk|rok|band|bund|ukhar|akhar|ghut|phool) ~1 (?:${RAHA}|gay[ai]|gai|ho)|d[ua]m ghut`,
    `${KHOON} ~2 (?:ruk|rok|band|bund) (?:hi )?${NAHI}|${KHOON} ~1 ${NAHI} (?:ruk|rok|band|bund)|${KHOON} ~2 (?:beh|bah|behta|nikal) (?:ja )?${RAHA}(?! ~3 brush)`,
    `(?:be hosh|behosh|bayhosh|behoosh|bihosh)|hosh (?:${MEIN} )?${NAHI}|(?:jag|uth) ${NAHI} ${RAHA}`,
    `nigal ${NAHI}|nigla ${NAHI}|nigal(?:ne|na|nay) ~2 (?:mushkil|takleef|dushwari)`,
    `(?:mar|marna) (?:chahta|chahti|chahtay)|marna (?:chahta|chahti)|(?:jeena|zinda rehna|jina) ${NAHI} (?:chahta|chahti)|apni jaan le|khud ?kushi|khudkushi|(?:jaan|jan) de (?:doon|dunga|dungi|deta)`,
    'ambulance ~1 (?:bula[a-z]*|bhej[a-z]*|chahiye|call)',
  ],
  told: [
    `${SAANS} (?:lene |laine |lainay |lenay |ki |ka |ke |me |mein )*(?:bohat |bohot |bahut |boht |bht )?(?:mushkil|takleef|taklif|dushwari|problem|masla|tang)`,
    `(?:bohat|bohot|bahut|boht|bht|bahot|musalsal|zyada|ziada) ~1 ${KHOON}|${KHOON} (?:bohat|bohot|bahut|boht|bht|musalsal)`,
    `${GALA} ~3 (?:sooj|soojan|sujan|soojh|suj|swelling|sojan)|(?:sooj|soojan|sujan|sojan|swelling) ~5 (?:${GALA}|${SAANS}|nigal)`,
    `${SEENE} ${MEIN} ~2 (?:dard|drd|dabao|jalan|pain)|dil ${MEIN} dard|dil ka dora|dil ka daura|heart attack|(?:dora|daura) (?:par|pad|parh)`,
    'falij|faalij|munh (?:terha|tera|tedha)|chehra (?:terha|tedha|latak)|stroke (?:hua|ho|hogaya)',
    `(?<!(?:doodh|dudh) ka )daa?nt ~2 (?:nikal|gir|bahar) (?:gaya|gya|aaya|gaye|gay)|daa?nt (?:toot|tut) kar ~1 (?:nikal|gir|bahar)|(?:jabra|jabda) ~1 (?:toot|tut)`,
    '(?:shadeed|shadid|sakht|bohat|bohot|severe|khatarnak) ~1 (?:allergy|alergy|allergic reaction)|allergy ka (?:reaction|attack)',
    '(?:emergency|imergency|emergancy|hangami) ~1 (?:hai|he|hy|surat|halat|ho gayi|hogayi)',
  ],
};

const SCRIPT_URDU: EmergencyWords = {
  now: [
    'سانس (?:بھی |ہی |ٹھیک سے |صحیح سے )?نہیں (?:آ|آتی|آتا|آرہی|آرہا|لے|لی|پا|رہی|رہا)',
    'سانس (?:لے|آ) نہیں (?:پا|رہ[ایے]|سک(?:تا|تی|تے))|سانس (?:رک|بند|اکھڑ|گھٹ|پھول) ~1 (?:رہ[ایے]|گی|گئی|گیا|ہو)|دم گھٹ',
    'خون ~2 (?:رک|بند) (?:ہی )?نہیں|خون ~1 نہیں (?:رک|بند)|خون ~2 (?:بہہ|بہ|نکل) (?:جا |ہی جا )?رہ[ایے](?! ~3 برش)',
    'بے ?ہوش|ہوش (?:میں )?نہیں|(?:جاگ|اٹھ) نہیں رہ[ایے]',
    'نگل نہیں|نگلا نہیں|نگلنے ~2 (?:مشکل|تکلیف|دشواری)|گلا ~1 بند ہو',
    'مرنا چاہت[ای]|(?:جینا|زندہ رہنا) نہیں چاہت[ای]|اپنی جان لے|خود ?کشی|جان دے (?:دوں|دونگا|دونگی)',
    'ایمبولینس ~1 (?:بلا|بلائیں|بلاؤ|بلاو|بھیج|بھیجیں|بھیجو|چاہیے|چاہئے|کال)',
  ],
  told: [
    'سانس (?:لینے |کی |کا |کے |میں )*(?:بہت )?(?:مشکل|تکلیف|دشواری|مسئلہ|تنگی|پرابلم)',
    '(?:بہت|مسلسل|زیادہ|کافی) ~1 خون|خون (?:بہت|مسلسل)',
    '(?:گلا|گلے|زبان|گردن) ~3 (?:سوج|سوجن|سوجی|سوجا|سوجھ|سوزش)|(?:سوج|سوجن) ~5 (?:گلے|گلا|زبان|گردن|سانس|نگل|نگلنے)',
    '(?:سینے|سینہ|چھاتی) میں ~2 (?:درد|دباؤ|جلن)|دل میں درد|دل کا دورہ|ہارٹ اٹیک|دورہ (?:پڑ|پڑا)',
    'فالج|سٹروک|اسٹروک|(?:منہ|چہرہ) (?:ٹیڑھا|لٹک)',
    '(?<!دودھ کا )دانت ~2 (?:نکل|گر|باہر) (?:گیا|گئے|آیا)|دانت ٹوٹ کر ~1 (?:نکل|گر|باہر)|جبڑا ~1 ٹوٹ',
    '(?:شدید|سخت|خطرناک|بہت) ~1 الرجی|الرجی کا (?:ری ?ایکشن|اٹیک)|الرجک ری ?ایکشن',
    '(?:ایمرجنسی|ہنگامی) ~1 (?:ہے|ہو|صورت|صورتحال|حالت)',
  ],
};

/** By language, and within it by script. */
export const EMERGENCIES = {
  en: [ENGLISH],
  es: [SPANISH],
  ur: [SCRIPT_URDU, ROMAN_URDU],
} as const satisfies Record<string, readonly EmergencyWords[]>;
