import { DENTISTS, PATIENTS, SAMPLE_CLINIC, SERVICES, booked } from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara } = PATIENTS;
const speaks = (...languages: string[]) => ({
  update: 'clinics',
  where: { id: SAMPLE_CLINIC.id },
  set: { languages },
});
const [year, month, day] = sara.dateOfBirth.split('-').map(Number);
const meses =
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' ');
const quien = `Me llamo ${sara.name}, nací el ${day} de ${meses[(month ?? 1) - 1]} de ${year}.`;
const wish = 'Quisiera una revisión el martes a las diez de la mañana.';
/** What a Spanish caller says at each step of a booking. */
const spanish: ScenarioInput['reactions'] = [
  { when: /sigamos en español/, say: wish },
  { when: /le conviene/, say: 'Sí, la primera.', times: 2 },
  { when: /nombre completo/, say: quien },
  { when: /es correcto/, say: 'Sí, es correcto.', times: 3 },
  { when: /algo más/, say: 'No, gracias. Adiós.' },
];
const inSpanish: ScenarioInput['expect'] = {
  outcome: 'booked',
  verified: [sara.id],
  changes: [
    booked({ at: '2026-11-24T10:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
  ],
  claims: ['booked'],
  call: { language: 'es' },
  says: [/¿Me dice el nombre completo/, /queda reservada para el martes/, /Gracias por llamar a/],
  never: [/Thank you for calling|Is there anything else/],
};

/** Calls that are not in English, or not all the time. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'spanish-booking',
    title: 'Somebody who speaks Spanish is booked in it, from the first question to the goodbye',
    tags: ['hard', 'language'],
    persona: 'Sara Notreal speaks Spanish.',
    setUp: [speaks('en', 'es')],
    opening: 'Hola, buenos días. ¿Habla español?',
    reactions: spanish,
    expect: inSpanish,
  },
  {
    id: 'spanish-please-repeat',
    title: 'What was read back in Spanish is said again in Spanish',
    tags: ['hard', 'language', 'talking'],
    persona: 'Sara Notreal speaks Spanish, and did not hear the read-back.',
    setUp: [speaks('en', 'es')],
    opening: 'Hola, buenos días. ¿Habla español?',
    reactions: [{ when: /es correcto/, say: '¿Puede repetir, por favor?' }, ...spanish],
    expect: inSpanish,
  },
  {
    id: 'spanish-slower',
    title: 'Whoever asks for slower speech in Spanish hears the read-back again, slower, in Spanish',
    tags: ['hard', 'language', 'talking'],
    persona: 'Sara Notreal speaks Spanish, and finds the agent too fast.',
    setUp: [speaks('en', 'es')],
    opening: 'Hola, buenos días. ¿Habla español?',
    reactions: [{ when: /es correcto/, say: 'Más despacio, por favor.' }, ...spanish],
    expect: { ...inSpanish, says: [/Claro\. Es .*¿Es correcto\?/] },
  },
  {
    id: 'switches-to-spanish',
    title: 'Somebody who changes to Spanish in the middle is followed, and the booking goes on',
    tags: ['hard', 'language'],
    persona: 'Sara Notreal begins in English and goes on in Spanish.',
    setUp: [speaks('en', 'es')],
    opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
    reactions: [
      { when: /suits? you/, say: 'Mejor sigamos en español, por favor.' },
      { when: /sigamos en español/, say: 'Sí, la primera, por favor.' },
      ...spanish,
    ],
    expect: { ...inSpanish, says: [/queda reservada para el martes/] },
  },
  {
    id: 'spanish-silence',
    title: 'Into silence in a Spanish call it is asked, and goodbye said, in Spanish',
    tags: ['silence', 'language'],
    persona: 'Asks for Spanish and then lays the telephone aside.',
    setUp: [speaks('en', 'es')],
    opening: '¿Habla español?',
    reactions: [{ when: /./, silent: true, times: 4 }],
    expect: {
      outcome: 'completed',
      reason: 'caller_silent',
      call: { language: 'es' },
      says: ['¿sigue ahí?', 'no le oigo', /No oigo nada.*Adiós/],
      never: [/still there/],
    },
  },
  {
    id: 'spanish-wants-a-person',
    title: 'Whoever wants a person in Spanish is told so in Spanish, also when nobody is free',
    tags: ['hard', 'language', 'people'],
    persona: 'Speaks Spanish, wants a person, and gives up when the line is busy.',
    setUp: [speaks('en', 'es')],
    staff: 'busy',
    opening: '¿Habla español?',
    reactions: [
      { when: /en español/, say: 'Quiero hablar con una persona, por favor.' },
      { when: /está ocupada/, say: 'No, gracias. Adiós.' },
    ],
    expect: {
      outcome: 'completed',
      claims: ['transferring'],
      call: { language: 'es' },
      says: ['Le comunico con nuestra recepción', 'la línea de nuestra recepción está ocupada'],
    },
  },
  {
    id: 'urdu-parking',
    title: 'A question in Urdu is answered in Urdu, and so is the goodbye',
    tags: ['hard', 'language', 'questions'],
    persona: 'Speaks Urdu and asks for parking, of which the clinic has an answer in Urdu.',
    setUp: [
      speaks('en', 'ur'),
      {
        update: 'clinic_answers',
        where: { clinic_id: SAMPLE_CLINIC.id, question: 'Is there parking?' },
        set: { answer: 'جی ہاں، عمارت کے پیچھے مفت پارکنگ ہے۔' },
      },
    ],
    opening: 'السلام علیکم، کیا آپ اردو میں بات کر سکتے ہیں؟',
    reactions: [
      { when: /اردو میں بات/, say: 'کیا وہاں پارکنگ ہے؟' },
      { when: /مفت پارکنگ/, say: 'شکریہ، خدا حافظ' },
    ],
    expect: {
      outcome: 'completed',
      call: { language: 'ur' },
      says: [/عمارت کے پیچھے مفت پارکنگ/, /فون کرنے کا شکریہ۔ خدا حافظ/],
      never: [/Goodbye/],
    },
  },
  {
    id: 'urdu-silence',
    title: 'Into silence in an Urdu call it is asked, and goodbye said, in Urdu',
    tags: ['silence', 'language'],
    persona: 'Asks for Urdu and then lays the telephone aside.',
    setUp: [speaks('en', 'ur')],
    opening: 'Kya aap Urdu mein baat kar sakte hain?',
    reactions: [{ when: /./, silent: true, times: 4 }],
    expect: {
      outcome: 'completed',
      reason: 'caller_silent',
      call: { language: 'ur' },
      says: ['کیا آپ لائن پر ہیں؟', /خدا حافظ/],
      never: [/still there/],
    },
  },
];
