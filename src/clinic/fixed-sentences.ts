import type { CallLanguage } from './languages.ts';

/** A sentence of ours in each language that a call can be in; `{name}` is a hole for something that stays as it is. */
export type Sentence = Readonly<Record<CallLanguage, string>>;

/** What the program says by itself, without a language model and outside of any tool. */
export const CALL_SENTENCES = {
  greeting: {
    en: '{clinic}, good day. How can I help you?',
    es: '{clinic}, buen día. ¿En qué puedo ayudarle?',
    ur: '{clinic}، السلام علیکم۔ میں آپ کی کیا مدد کر سکتی ہوں؟',
  },
  openingCallback: {
    en: 'Hello, this is the automated assistant of {clinic}, calling you back. How can I help you?',
    es: 'Hola, soy la asistente automática de {clinic}, y devuelvo su llamada. ¿En qué puedo ayudarle?',
    ur: 'السلام علیکم، میں {clinic} کی خودکار اسسٹنٹ آپ کی کال کے جواب میں بات کر رہی ہوں۔ میں آپ کی کیا مدد کر سکتی ہوں؟',
  },
  openingReminder: {
    en: 'Hello, this is the automated assistant of {clinic}, calling about an appointment. May I have your full name and date of birth, please?',
    es: 'Hola, soy la asistente automática de {clinic}, y llamo por una cita. ¿Me dice su nombre completo y su fecha de nacimiento, por favor?',
    ur: 'السلام علیکم، میں {clinic} کی خودکار اسسٹنٹ ایک اپائنٹمنٹ کے بارے میں بات کر رہی ہوں۔ براہ کرم اپنا پورا نام اور تاریخ پیدائش بتائیں؟',
  },
  openingCall: {
    en: 'Hello, this is the automated assistant of {clinic}, calling with a message for you. May I have your full name and date of birth, please?',
    es: 'Hola, soy la asistente automática de {clinic}, y tengo un mensaje para usted. ¿Me dice su nombre completo y su fecha de nacimiento, por favor?',
    ur: 'السلام علیکم، میں {clinic} کی خودکار اسسٹنٹ ہوں اور آپ کے لیے ایک پیغام ہے۔ براہ کرم اپنا پورا نام اور تاریخ پیدائش بتائیں؟',
  },
  machineMessage: {
    en: 'Hello, this is the automated assistant of {clinic}. Please call us when it suits you. Goodbye.',
    es: 'Hola, soy la asistente automática de {clinic}. Por favor, llámenos cuando le venga bien. Adiós.',
    ur: 'السلام علیکم، میں {clinic} کی خودکار اسسٹنٹ ہوں۔ جب آسانی ہو ہمیں فون کیجیے۔ خدا حافظ۔',
  },
  closedNow: {
    en: '{clinic} is closed now.',
    es: '{clinic} está cerrada en este momento.',
    ur: '{clinic} اس وقت بند ہے۔',
  },
  opensAgain: {
    en: 'We open again on {date} at {time}.',
    es: 'Abrimos de nuevo el {date} a {time}.',
    ur: 'ہم {date} کو {time} دوبارہ کھلیں گے۔',
  },
  closedEmergency: {
    en: 'In an emergency, please hang up and call the emergency services.',
    es: 'En caso de emergencia, cuelgue y llame a los servicios de emergencia.',
    ur: 'ایمرجنسی میں فون بند کر کے ایمرجنسی سروس کو کال کریں۔',
  },
  leaveMessageNow: {
    en: 'You can leave a message for the front desk now: please say your name and what it is about.',
    es: 'Ahora puede dejar un mensaje para la recepción: diga su nombre y de qué se trata, por favor.',
    ur: 'آپ ابھی ریسیپشن کے لیے پیغام چھوڑ سکتے ہیں: براہ کرم اپنا نام اور بات بتائیں۔',
  },
  messageTaken: {
    en: 'Thank you. I have noted your message for the front desk. Goodbye.',
    es: 'Gracias. He anotado su mensaje para la recepción. Adiós.',
    ur: 'شکریہ۔ میں نے آپ کا پیغام ریسیپشن کے لیے نوٹ کر لیا ہے۔ خدا حافظ۔',
  },
  afterHoursGoodbye: {
    en: 'Please call again when we are open. Goodbye.',
    es: 'Por favor, llame de nuevo cuando estemos abiertos. Adiós.',
    ur: 'براہ کرم ہمارے کھلنے کے اوقات میں دوبارہ فون کریں۔ خدا حافظ۔',
  },
  unknownNumber: {
    en: 'Sorry, this number is not in use. Please check the number and call again. Goodbye.',
    es: 'Lo siento, este número no está en servicio. Compruebe el número y llame de nuevo, por favor. Adiós.',
    ur: 'معذرت، یہ نمبر استعمال میں نہیں ہے۔ براہ کرم نمبر دیکھ کر دوبارہ فون کریں۔ خدا حافظ۔',
  },
  tooManyCalls: {
    en: 'There are already several calls from your number. Please call again later. Goodbye.',
    es: 'Ya hay varias llamadas desde su número. Por favor, llame más tarde. Adiós.',
    ur: 'آپ کے نمبر سے پہلے ہی کئی کالیں چل رہی ہیں۔ براہ کرم بعد میں فون کریں۔ خدا حافظ۔',
  },
  stillThere: {
    en: 'Hello, are you still there?',
    es: 'Hola, ¿sigue ahí?',
    ur: 'ہیلو، کیا آپ لائن پر ہیں؟',
  },
  cannotHear: {
    en: 'Sorry, I cannot hear you.',
    es: 'Lo siento, no le oigo.',
    ur: 'معذرت، مجھے آپ کی آواز نہیں آ رہی۔',
  },
  silenceGoodbye: {
    en: 'I cannot hear anything, so I will hang up now. Please call again. Goodbye.',
    es: 'No oigo nada, así que voy a colgar. Por favor, llame de nuevo. Adiós.',
    ur: 'مجھے کچھ سنائی نہیں دے رہا، اس لیے میں فون بند کر رہی ہوں۔ براہ کرم دوبارہ فون کریں۔ خدا حافظ۔',
  },
  moment: { en: 'One moment, please.', es: 'Un momento, por favor.', ur: 'ایک لمحہ، براہ کرم۔' },
  stillLooking: {
    en: 'I am still looking, one moment.',
    es: 'Sigo buscando, un momento.',
    ur: 'میں ابھی دیکھ رہی ہوں، ایک لمحہ۔',
  },
  lostTurn: {
    en: 'I am sorry, I did not get that. Could you say it again, please?',
    es: 'Lo siento, no le he entendido. ¿Puede repetirlo, por favor?',
    ur: 'معذرت، میں سمجھ نہیں سکی۔ کیا آپ دوبارہ کہہ سکتے ہیں؟',
  },
  notHeard: {
    en: 'Sorry, I could not hear you. Could you say that again?',
    es: 'Lo siento, no le he oído bien. ¿Puede repetirlo?',
    ur: 'معذرت، آپ کی آواز صاف نہیں آئی۔ کیا آپ دوبارہ کہہ سکتے ہیں؟',
  },
  passOn: {
    en: 'One moment please, a colleague takes over.',
    es: 'Un momento, por favor, sigue con usted otro agente.',
    ur: 'ایک لمحہ، اب میری ساتھی آپ سے بات کریں گی۔',
  },
  takenOver: {
    en: 'Thank you for waiting.',
    es: 'Gracias por esperar.',
    ur: 'انتظار کرنے کا شکریہ۔',
  },
  cutOff: {
    en: 'Sorry, we were cut off for a moment.',
    es: 'Disculpe, se cortó un momento.',
    ur: 'معذرت، لائن ایک لمحے کے لیے کٹ گئی تھی۔',
  },
  lineBack: {
    en: 'Sorry, we were cut off for a moment. Could you say that again?',
    es: 'Disculpe, se cortó un momento. ¿Puede repetirlo?',
    ur: 'معذرت، لائن ایک لمحے کے لیے کٹ گئی تھی۔ کیا آپ دوبارہ کہہ سکتے ہیں؟',
  },
  connecting: {
    en: 'I am connecting you with our front desk.',
    es: 'Le comunico con nuestra recepción.',
    ur: 'میں آپ کو ہماری ریسیپشن سے ملا رہی ہوں۔',
  },
  stillRinging: {
    en: 'It is still ringing, please stay on the line.',
    es: 'Sigue sonando, no cuelgue, por favor.',
    ur: 'ابھی گھنٹی بج رہی ہے، براہ کرم لائن پر رہیں۔',
  },
  connected: {
    en: 'You are connected now.',
    es: 'Ya están comunicados.',
    ur: 'اب آپ بات کر سکتے ہیں۔',
  },
  connectingOrCallback: {
    en: 'I am connecting you with our front desk. If nobody answers, we will call you back.',
    es: 'Le comunico con nuestra recepción. Si nadie contesta, le llamaremos nosotros.',
    ur: 'میں آپ کو ہماری ریسیپشن سے ملا رہی ہوں۔ اگر کسی نے جواب نہ دیا، تو ہم آپ کو کال کریں گے۔',
  },
  connectingOrAgain: {
    en: 'I am connecting you with our front desk. If nobody answers, please call again.',
    es: 'Le comunico con nuestra recepción. Si nadie contesta, llame de nuevo, por favor.',
    ur: 'میں آپ کو ہماری ریسیپشن سے ملا رہی ہوں۔ اگر کسی نے جواب نہ دیا، تو براہ کرم دوبارہ فون کیجیے گا۔',
  },
  callback: {
    en: 'I am sorry, I have to end this call now. We will call you back shortly. Goodbye.',
    es: 'Lo siento, tengo que terminar esta llamada. Le llamaremos en breve. Adiós.',
    ur: 'معذرت، مجھے یہ کال ابھی ختم کرنی ہے۔ ہم آپ کو جلد کال کریں گے۔ خدا حافظ۔',
  },
  nobodyThere: {
    en: 'Nobody is free. We will call you back shortly. Goodbye.',
    es: 'No hay nadie libre. Le llamaremos en breve. Adiós.',
    ur: 'اس وقت کوئی فارغ نہیں۔ ہم آپ کو جلد کال کریں گے۔ خدا حافظ۔',
  },
  stopping: {
    en: 'I am sorry, I have to end this call now. Please call again in a minute.',
    es: 'Lo siento, tengo que terminar esta llamada. Por favor, llame de nuevo en un minuto.',
    ur: 'معذرت، مجھے یہ کال ابھی ختم کرنی ہے۔ براہ کرم ایک منٹ بعد دوبارہ فون کیجیے۔',
  },
  shortOfTime: {
    en: 'We have about one minute left. Let us finish quickly.',
    es: 'Nos queda como un minuto. Terminemos pronto.',
    ur: 'ہمارے پاس تقریباً ایک منٹ باقی ہے۔ آئیے جلدی بات مکمل کریں۔',
  },
  closingSoon: {
    en: 'Just so you know, the clinic closes in a minute or two. Let us finish quickly.',
    es: 'Le aviso de que la clínica cierra en uno o dos minutos. Terminemos pronto.',
    ur: 'آپ کو بتا دوں کہ کلینک ایک دو منٹ میں بند ہو رہا ہے۔ آئیے جلدی بات مکمل کریں۔',
  },
  emergencyAlone: {
    en: 'Nobody at the clinic is answering. Please hang up and call the emergency services now.',
    es: 'En la clínica no contesta nadie. Cuelgue y llame ahora a los servicios de emergencia.',
    ur: 'کلینک میں کوئی جواب نہیں دے رہا۔ فون بند کر کے ابھی ایمرجنسی سروس کو کال کریں۔',
  },
  abuse: {
    en: 'I would like to help you, but please stay polite. I can make an appointment, or take a message for our front desk.',
    es: 'Quisiera ayudarle, pero le pido respeto. Puedo hacer una cita o tomar un mensaje para nuestra recepción.',
    ur: 'میں آپ کی مدد کرنا چاہتی ہوں، مگر براہ کرم شائستہ رہیں۔ میں اپائنٹمنٹ بنا سکتی ہوں یا ریسیپشن کے لیے پیغام لے سکتی ہوں۔',
  },
  abuseGoodbye: {
    en: 'I am ending this call now. You are welcome to call again later. Goodbye.',
    es: 'Termino ahora esta llamada. Puede llamar de nuevo más tarde. Adiós.',
    ur: 'میں یہ کال اب ختم کر رہی ہوں۔ آپ بعد میں دوبارہ فون کر سکتے ہیں۔ خدا حافظ۔',
  },
  machineGoodbye: {
    en: 'This seems to be a recording, so I will hang up now. Goodbye.',
    es: 'Esto parece una grabación, así que voy a colgar. Adiós.',
    ur: 'یہ ریکارڈنگ لگتی ہے، اس لیے میں فون بند کر رہی ہوں۔ خدا حافظ۔',
  },
  nobodyToRing: {
    en: "I can't connect you from here, but I can take a message for our front desk. What shall I tell them?",
    es: 'Desde aquí no puedo comunicarle, pero puedo tomar un mensaje para nuestra recepción. ¿Qué les digo?',
    ur: 'میں یہاں سے آپ کی بات نہیں کروا سکتی، مگر ریسیپشن کے لیے پیغام لے سکتی ہوں۔ انہیں کیا بتاؤں؟',
  },
  notConnectedAgain: {
    en: "I'm sorry, our front desk can't be reached at the moment. I can take a message for them. What shall I tell them?",
    es: 'Lo siento, ahora no se puede localizar a nuestra recepción. Puedo tomar un mensaje para ellos. ¿Qué les digo?',
    ur: 'معذرت، اس وقت ریسیپشن سے بات نہیں ہو سکتی۔ میں ان کے لیے پیغام لے سکتی ہوں۔ انہیں کیا بتاؤں؟',
  },
  lineBusy: {
    en: "I'm sorry, the line of our front desk is busy. Shall I take a message for them, or can I help you myself?",
    es: 'Lo siento, la línea de nuestra recepción está ocupada. ¿Tomo un mensaje para ellos, o puedo ayudarle yo?',
    ur: 'معذرت، ریسیپشن کی لائن مصروف ہے۔ کیا میں ان کے لیے پیغام لوں، یا میں خود آپ کی مدد کروں؟',
  },
  nobodyAnswers: {
    en: "I'm sorry, nobody at our front desk is answering. Shall I take a message for them, or can I help you myself?",
    es: 'Lo siento, en nuestra recepción no contesta nadie. ¿Tomo un mensaje para ellos, o puedo ayudarle yo?',
    ur: 'معذرت، ریسیپشن پر کوئی جواب نہیں دے رہا۔ کیا میں ان کے لیے پیغام لوں، یا میں خود آپ کی مدد کروں؟',
  },
  couldNotConnect: {
    en: "I'm sorry, I could not connect you. Shall I take a message for our front desk, or can I help you myself?",
    es: 'Lo siento, no he podido comunicarle. ¿Tomo un mensaje para nuestra recepción, o puedo ayudarle yo?',
    ur: 'معذرت، بات نہیں ہو سکی۔ کیا میں ریسیپشن کے لیے پیغام لوں، یا میں خود آپ کی مدد کروں؟',
  },
} as const satisfies Readonly<Record<string, Sentence>>;

/** Said instead of something that no tool has done, by what it claimed. */
export const NOT_DONE_SENTENCES = {
  booked: {
    en: 'Nothing is booked yet.',
    es: 'Todavía no hay nada reservado.',
    ur: 'ابھی کچھ بک نہیں ہوا۔',
  },
  moved: {
    en: 'Nothing has been moved yet.',
    es: 'Todavía no se ha cambiado nada.',
    ur: 'ابھی کچھ تبدیل نہیں ہوا۔',
  },
  cancelled: {
    en: 'Nothing has been cancelled yet.',
    es: 'Todavía no se ha cancelado nada.',
    ur: 'ابھی کچھ منسوخ نہیں ہوا۔',
  },
  message: {
    en: "I haven't left a message yet.",
    es: 'Todavía no he dejado ningún mensaje.',
    ur: 'میں نے ابھی کوئی پیغام نہیں چھوڑا۔',
  },
  callback: {
    en: 'No callback has been arranged yet.',
    es: 'Todavía no se ha acordado ninguna llamada.',
    ur: 'ابھی واپسی کال طے نہیں ہوئی۔',
  },
  transferring: {
    en: 'I am not connecting you yet.',
    es: 'Todavía no le estoy comunicando.',
    ur: 'میں ابھی آپ کی بات نہیں کروا رہی۔',
  },
  waiting_list: {
    en: 'You are not on the waiting list yet.',
    es: 'Todavía no está en la lista de espera.',
    ur: 'آپ ابھی ویٹنگ لسٹ میں نہیں ہیں۔',
  },
  registered: {
    en: 'You are not registered yet.',
    es: 'Todavía no está registrado.',
    ur: 'آپ کا اندراج ابھی نہیں ہوا۔',
  },
} as const satisfies Readonly<Record<string, Sentence>>;
