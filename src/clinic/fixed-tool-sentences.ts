import type { Sentence } from './fixed-sentences.ts';

/** What tools have said to the caller, where nothing of the clinic's or the caller's stands in it. */
export const TOOL_SENTENCES = {
  whatToDo: { en: 'What would you like me to do?', es: '¿Qué desea que haga?', ur: 'آپ کیا چاہتے ہیں؟' },
  who: {
    en: 'May I have the full name and date of birth, please?',
    es: '¿Me dice el nombre completo y la fecha de nacimiento, por favor?',
    ur: 'براہ کرم پورا نام اور تاریخ پیدائش بتائیں؟',
  },
  locked: {
    en: "I'm sorry, I can't verify that on the phone. I can take a message for our front desk instead. What shall I tell them?",
    es: 'Lo siento, por teléfono no puedo comprobarlo. Puedo tomar un mensaje para nuestra recepción. ¿Qué les digo?',
    ur: 'معذرت، میں فون پر اس کی تصدیق نہیں کر سکتی۔ میں ریسیپشن کے لیے پیغام لے سکتی ہوں۔ انہیں کیا بتاؤں؟',
  },
  whichNumberOnRecord: {
    en: 'Thank you. And which phone number do we have on record for you?',
    es: 'Gracias. ¿Y qué número de teléfono tenemos registrado de usted?',
    ur: 'شکریہ۔ اور ہمارے پاس آپ کا کون سا فون نمبر درج ہے؟',
  },
  numberNoMatch: {
    en: "I can't match that number. Which other phone number could we have on record for you?",
    es: 'Ese número no coincide. ¿Qué otro número de teléfono podríamos tener de usted?',
    ur: 'یہ نمبر نہیں ملا۔ آپ کا اور کون سا فون نمبر ہمارے پاس ہو سکتا ہے؟',
  },
  nameAgain: {
    en: 'Sorry, could you tell me the full name once more?',
    es: 'Disculpe, ¿me dice otra vez el nombre completo?',
    ur: 'معذرت، پورا نام ایک بار پھر بتائیں گے؟',
  },
  birthAgain: {
    en: 'Sorry, could you tell me the date of birth once more, with day, month and year?',
    es: 'Disculpe, ¿me dice otra vez la fecha de nacimiento, con día, mes y año?',
    ur: 'معذرت، تاریخ پیدائش دن، مہینے اور سال کے ساتھ ایک بار پھر بتائیں گے؟',
  },
  phoneAgain: {
    en: 'Sorry, could you say the phone number once more, digit by digit?',
    es: 'Disculpe, ¿me dice otra vez el número de teléfono, cifra por cifra?',
    ur: 'معذرت، فون نمبر ایک ایک ہندسہ کر کے پھر بتائیں گے؟',
  },
  whichPhone: {
    en: 'Which phone number can we reach you on?',
    es: '¿En qué número de teléfono podemos localizarle?',
    ur: 'ہم آپ سے کس فون نمبر پر رابطہ کر سکتے ہیں؟',
  },
  askBirth: {
    en: 'And what is the date of birth?',
    es: '¿Y cuál es la fecha de nacimiento?',
    ur: 'اور تاریخ پیدائش کیا ہے؟',
  },
  registering: {
    en: 'You wanted to register a new patient.',
    es: 'Quería registrar a un paciente nuevo.',
    ur: 'آپ نئے مریض کا اندراج چاہتے تھے۔',
  },
  readName: {
    en: 'The name is {name}, spelled {letters}. Is that right?',
    es: 'El nombre es {name}, se escribe {letters}. ¿Es correcto?',
    ur: 'نام {name} ہے، ہجے {letters}۔ کیا یہ درست ہے؟',
  },
  readBirth: {
    en: 'And born on {date}. Is that right?',
    es: 'Y nació el {date}. ¿Es correcto?',
    ur: 'اور تاریخ پیدائش {date} ہے۔ کیا یہ درست ہے؟',
  },
  readPhone: {
    en: 'And the phone number is {digits}. Is that right?',
    es: 'Y el número de teléfono es {digits}. ¿Es correcto?',
    ur: 'اور فون نمبر {digits} ہے۔ کیا یہ درست ہے؟',
  },
  readOwnPhone: {
    en: 'And we can reach you on the number you are calling from. Is that right?',
    es: 'Y podemos localizarle en el número desde el que llama. ¿Es correcto?',
    ur: 'اور ہم اسی نمبر پر رابطہ کر سکتے ہیں جس سے آپ بات کر رہے ہیں۔ کیا یہ درست ہے؟',
  },
  registered: {
    en: 'Thank you, {name} is registered now.',
    es: 'Gracias, {name} ya está registrado.',
    ur: 'شکریہ، {name} کا اندراج ہو گیا ہے۔',
  },
  thanks: { en: 'Thank you, {name}.', es: 'Gracias, {name}.', ur: 'شکریہ، {name}۔' },
  birthUnclear: {
    en: 'I am sorry, I still did not get the date of birth.',
    es: 'Lo siento, sigo sin entender la fecha de nacimiento.',
    ur: 'معذرت، تاریخ پیدائش اب بھی سمجھ نہیں آئی۔',
  },
  phoneUnclear: {
    en: 'I am sorry, I still did not get the phone number.',
    es: 'Lo siento, sigo sin entender el número de teléfono.',
    ur: 'معذرت، فون نمبر اب بھی سمجھ نہیں آیا۔',
  },
  typeBirth: {
    en: "Please type the date of birth on your telephone's keys: two digits for the day, two for the month, four for the year, and then the hash key.",
    es: 'Por favor, marque la fecha de nacimiento en el teclado de su teléfono: dos cifras para el día, dos para el mes, cuatro para el año, y después la tecla numeral.',
    ur: 'براہ کرم اپنے فون کے بٹنوں سے تاریخ پیدائش لکھیں: دن کے دو ہندسے، مہینے کے دو، سال کے چار، اور پھر ہیش کا بٹن۔',
  },
  typePhone: {
    en: "Please type the phone number on your telephone's keys, and then the hash key.",
    es: 'Por favor, marque el número de teléfono en el teclado de su teléfono, y después la tecla numeral.',
    ur: 'براہ کرم اپنے فون کے بٹنوں سے فون نمبر لکھیں، اور پھر ہیش کا بٹن۔',
  },
  typeCode: {
    en: "Please type your code on your telephone's keys, and then the hash key.",
    es: 'Por favor, marque su código en el teclado de su teléfono, y después la tecla numeral.',
    ur: 'براہ کرم اپنے فون کے بٹنوں سے اپنا کوڈ لکھیں، اور پھر ہیش کا بٹن۔',
  },
  mistypedBirth: {
    en: 'Sorry, I could not read that as a date of birth.',
    es: 'Disculpe, eso no lo puedo leer como fecha de nacimiento.',
    ur: 'معذرت، یہ تاریخ پیدائش نہیں بنتی۔',
  },
  mistypedPhone: {
    en: 'Sorry, I could not read that as a phone number.',
    es: 'Disculpe, eso no lo puedo leer como número de teléfono.',
    ur: 'معذرت، یہ فون نمبر نہیں بنتا۔',
  },
  mistypedCode: {
    en: 'Sorry, a code has four to eight digits.',
    es: 'Disculpe, un código tiene de cuatro a ocho cifras.',
    ur: 'معذرت، کوڈ میں چار سے آٹھ ہندسے ہوتے ہیں۔',
  },
  orSayAgain: { en: 'Or say it once more.', es: 'O dígalo otra vez.', ur: 'یا ایک بار پھر بتا دیں۔' },
  codeNoMatch: {
    en: 'That code does not match.',
    es: 'Ese código no coincide.',
    ur: 'یہ کوڈ درست نہیں۔',
  },
  orTellWho: {
    en: 'Or tell me the full name and date of birth.',
    es: 'O dígame el nombre completo y la fecha de nacimiento.',
    ur: 'یا پورا نام اور تاریخ پیدائش بتا دیں۔',
  },
  birthInstead: {
    en: 'Could you tell me the date of birth instead?',
    es: '¿Puede decirme mejor la fecha de nacimiento?',
    ur: 'کیا آپ تاریخ پیدائش زبانی بتا سکتے ہیں؟',
  },
  phoneInstead: {
    en: 'Could you tell me the phone number instead?',
    es: '¿Puede decirme mejor el número de teléfono?',
    ur: 'کیا آپ فون نمبر زبانی بتا سکتے ہیں؟',
  },
  whoInstead: {
    en: 'Could you tell me the full name and date of birth instead?',
    es: '¿Puede decirme mejor el nombre completo y la fecha de nacimiento?',
    ur: 'کیا آپ پورا نام اور تاریخ پیدائش زبانی بتا سکتے ہیں؟',
  },
  canTakeMessage: {
    en: 'I can take a message.',
    es: 'Puedo tomar un mensaje.',
    ur: 'میں پیغام لے سکتی ہوں۔',
  },
  pressZero: {
    en: 'Press 0 for a person.',
    es: 'Pulse 0 para hablar con una persona.',
    ur: 'کسی شخص سے بات کے لیے صفر دبائیں۔',
  },
  codeNeedsNumber: {
    en: 'A code needs a call from your own number, and yours is hidden.',
    es: 'Para usar un código hay que llamar desde su propio número, y el suyo está oculto.',
    ur: 'کوڈ کے لیے اپنے نمبر سے فون کرنا ضروری ہے، اور آپ کا نمبر چھپا ہوا ہے۔',
  },
  messageLeft: {
    en: "I've left your message with our front desk.",
    es: 'He dejado su mensaje en nuestra recepción.',
    ur: 'میں نے آپ کا پیغام ریسیپشن پر چھوڑ دیا ہے۔',
  },
  tellFrontDesk: {
    en: 'What shall I tell our front desk?',
    es: '¿Qué le digo a nuestra recepción?',
    ur: 'میں ریسیپشن کو کیا بتاؤں؟',
  },
  anythingElse: {
    en: 'Is there anything else I can do for you?',
    es: '¿Puedo ayudarle en algo más?',
    ur: 'کیا میں آپ کی کوئی اور مدد کر سکتی ہوں؟',
  },
  howCanIHelp: {
    en: 'How can I help you?',
    es: '¿En qué puedo ayudarle?',
    ur: 'میں آپ کی کیا مدد کر سکتی ہوں؟',
  },
  whichAppointmentWanted: {
    en: 'Which appointment would you like?',
    es: '¿Qué cita desea?',
    ur: 'آپ کو کون سی اپائنٹمنٹ چاہیے؟',
  },
  whichTreatment: {
    en: 'Sorry, which treatment would you like?',
    es: 'Disculpe, ¿qué tratamiento desea?',
    ur: 'معذرت، آپ کو کون سا علاج چاہیے؟',
  },
  whichDay: {
    en: 'Sorry, which day would you like?',
    es: 'Disculpe, ¿qué día desea?',
    ur: 'معذرت، آپ کو کون سا دن چاہیے؟',
  },
  whichTime: {
    en: 'Sorry, which of those times would you like?',
    es: 'Disculpe, ¿cuál de esas horas desea?',
    ur: 'معذرت، ان میں سے کون سا وقت چاہیے؟',
  },
  whichAppointmentMeant: {
    en: 'Sorry, which appointment do you mean?',
    es: 'Disculpe, ¿a qué cita se refiere?',
    ur: 'معذرت، آپ کس اپائنٹمنٹ کی بات کر رہے ہیں؟',
  },
  apology: {
    en: "I'm sorry, I can't reach our appointment book just now. Could you say that once more?",
    es: 'Lo siento, ahora mismo no tengo acceso a la agenda. ¿Puede decirlo otra vez?',
    ur: 'معذرت، اس وقت اپائنٹمنٹ کی کتاب تک رسائی نہیں ہو رہی۔ کیا آپ ایک بار پھر کہیں گے؟',
  },
  appointmentChanged: {
    en: 'That appointment has been changed meanwhile. Shall I read out what there is now?',
    es: 'Esa cita ya no es la misma. ¿Le leo lo que hay ahora?',
    ur: 'وہ اپائنٹمنٹ اب پہلے جیسی نہیں رہی۔ کیا میں بتاؤں کہ اب کیا ہے؟',
  },
  appointmentPast: {
    en: "That appointment has already begun, so I can't change it. Shall I take a message for our front desk?",
    es: 'Esa cita ya ha empezado, así que no puedo cambiarla. ¿Tomo un mensaje para nuestra recepción?',
    ur: 'وہ اپائنٹمنٹ شروع ہو چکی ہے، اس لیے میں اسے بدل نہیں سکتی۔ کیا میں ریسیپشن کے لیے پیغام لوں؟',
  },
  inputInvalid: {
    en: 'Sorry, I did not get all of that. Could you say it once more?',
    es: 'Disculpe, no lo he entendido todo. ¿Puede decirlo otra vez?',
    ur: 'معذرت، پوری بات سمجھ نہیں آئی۔ کیا آپ ایک بار پھر کہیں گے؟',
  },
  slower: {
    en: 'Of course, I will speak more slowly. Shall I say the last part again?',
    es: 'Claro, hablaré más despacio. ¿Repito lo último?',
    ur: 'ضرور، میں آہستہ بولوں گی۔ کیا آخری بات دوبارہ کہوں؟',
  },
  faster: {
    en: 'Of course, I will speak faster again. What else can I do for you?',
    es: 'Claro, hablaré otra vez más rápido. ¿En qué más puedo ayudarle?',
    ur: 'ضرور، میں پھر تیز بولوں گی۔ میں آپ کی اور کیا مدد کر سکتی ہوں؟',
  },
  goodbye: {
    en: 'Thank you for calling {clinic}. Goodbye.',
    es: 'Gracias por llamar a {clinic}. Adiós.',
    ur: '{clinic} کو فون کرنے کا شکریہ۔ خدا حافظ۔',
  },
} as const satisfies Readonly<Record<string, Sentence>>;
