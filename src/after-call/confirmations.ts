import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { DateTime } from 'luxon';
import type { ChangedAppointment, EndedCall, RecordClinic } from '../clinic/call-records.ts';
import type { NewMessage } from '../clinic/outbox.ts';
import { toE164 } from '../clinic/phone.ts';
import type { CalendarLinks } from './calendar-link.ts';

/** Characters of a name in a message: the clinic's, a practitioner's. */
const NAME_CHARS = 120;
/** A message that could not be sent by then only confuses; the outbox's own limit. */
const LATEST_MS = 24 * 3_600_000;

/** The words around an appointment, by language: `who` is the practitioner, `when` weekday, date and time. */
const WORDS = {
  en: {
    booked: (who: string, when: string) => `Your appointment with ${who} is booked: ${when}.`,
    moved: (who: string, when: string) => `Your appointment with ${who} has been moved. It is now: ${when}.`,
    cancelled: (who: string, when: string) => `Your appointment with ${who} has been cancelled: ${when}.`,
    calendar: (link: string) => `For your calendar: ${link}`,
    changes: (number: string) => `To change it, call ${number}.`,
  },
  es: {
    booked: (who: string, when: string) => `Su cita con ${who} está reservada: ${when}.`,
    moved: (who: string, when: string) => `Su cita con ${who} se ha cambiado. Ahora es: ${when}.`,
    cancelled: (who: string, when: string) => `Su cita con ${who} se ha cancelado: ${when}.`,
    calendar: (link: string) => `Para su calendario: ${link}`,
    changes: (number: string) => `Para cambiarla, llame al ${number}.`,
  },
  ur: {
    booked: (who: string, when: string) => `${who} کے ساتھ آپ کی اپائنٹمنٹ بک ہو گئی ہے: ${when}`,
    moved: (who: string, when: string) => `${who} کے ساتھ آپ کی اپائنٹمنٹ بدل دی گئی ہے، اب یہ ہے: ${when}`,
    cancelled: (who: string, when: string) => `${who} کے ساتھ آپ کی اپائنٹمنٹ منسوخ کر دی گئی ہے: ${when}`,
    calendar: (link: string) => `کیلنڈر کے لیے: ${link}`,
    changes: (number: string) => `تبدیلی کے لیے کال کریں: ${number}`,
  },
} as const;
type Language = keyof typeof WORDS;

/**
 * The text messages that confirm what a call did to appointments: one for each that is still to come, to the patient's mobile number, else to
 * the caller's. None where the clinic sends none, or neither number is a mobile's. A message has no name and no service of the patient in it:
 * others look at telephones, too.
 */
export function confirmationsOf(call: EndedCall, links: CalendarLinks, nowMs: number): NewMessage[] {
  const { clinic } = call;
  if (!clinic.sends_messages) return [];
  const callers = mobileNumber(call.caller_number, clinic.country);
  return call.appointments.flatMap((appointment) => {
    const startsMs = Date.parse(appointment.starts_at);
    const toNumber = mobileNumber(appointment.patient_phone, clinic.country) ?? callers;
    if (toNumber === undefined || !(startsMs > nowMs)) return [];
    return [
      {
        key: `${appointment.change}/${appointment.appointment_id}`,
        toNumber,
        body: confirmationText(appointment, clinic, languageOf(call), links),
        patientId: appointment.patient_id,
        expiresAt: new Date(Math.min(startsMs, nowMs + LATEST_MS)),
      },
    ];
  });
}

function confirmationText(
  { appointment_id, change, practitioner, starts_at }: ChangedAppointment,
  clinic: RecordClinic,
  language: Language,
  links: CalendarLinks,
): string {
  const words = WORDS[language];
  const link = links.linkTo(appointment_id);
  const parts = [
    `${oneLine(clinic.name)}: ${words[change](oneLine(practitioner), spelledTime(starts_at, clinic, language))}`,
    ...(link === undefined ? [] : [words.calendar(link)]),
    ...(clinic.number === null || change === 'cancelled' ? [] : [words.changes(clinic.number)]),
  ];
  return parts.join(' ');
}

/** "Tuesday, 24 November 2026, 10:00", as the clinic's country writes it, in the clinic's zone. */
function spelledTime(iso: string, { time_zone, country }: RecordClinic, language: Language): string {
  const time = DateTime.fromISO(iso, { zone: time_zone }).setLocale(`${language}-${country}`);
  const spaced = (text: string) => text.replace(/[\u202F\u00A0]/g, ' ');
  return spaced(`${time.toLocaleString(DateTime.DATE_HUGE)}, ${time.toLocaleString(DateTime.TIME_SIMPLE)}`);
}

function languageOf({ language, clinic }: EndedCall): Language {
  for (const tag of [language, clinic.language]) {
    const base = tag?.split('-')[0];
    if (base !== undefined && Object.hasOwn(WORDS, base)) return base as Language;
  }
  return 'en';
}

/** The number in E.164 if text messages can reach it. In some countries numbers do not tell: those count. */
export function mobileNumber(number: string | null, country: string): string | undefined {
  const e164 = toE164(number ?? undefined, country);
  if (e164 === undefined) return undefined;
  const type = parsePhoneNumberFromString(e164)?.getType();
  return type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE' ? e164 : undefined;
}

function oneLine(name: string): string {
  return name
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, NAME_CHARS);
}
