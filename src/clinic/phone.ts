import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * A phone number in E.164 from anything a caller, a bridge or a model writes; local numbers are read in the clinic's country.
 * Undefined for what cannot be a number.
 */
export function toE164(input: string | undefined, country: string): string | undefined {
  if (input === undefined || input.length > 40) return undefined;
  const parsed = parsePhoneNumberFromString(input, country as CountryCode);
  return parsed?.isPossible() === true ? parsed.number : undefined;
}

/** The number as people in its country write it, for reading back. */
export function toNational(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatNational() ?? e164;
}
