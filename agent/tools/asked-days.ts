import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { type DaySpan, resolveDays } from '../../src/clinic/days.ts';
import { spokenDate } from '../../src/clinic/spoken.ts';
import { type CallState, clinicNow } from '../call-state.ts';
import { given } from './person.ts';
import type { ToolReply } from './run-tool.ts';

/** The days a caller means: neither where they named none, a reply that asks again where they cannot be meant. */
export interface AskedDays {
  span?: DaySpan;
  reply?: ToolReply;
}

/** Works out the days a caller named, up to `maxDaysAhead` days from today. */
export function askedDays(state: CallState, phrase: string | undefined, maxDaysAhead: number): AskedDays {
  const day = given(phrase);
  if (day === undefined) return {};
  const now = clinicNow(state);
  const span = resolveDays(day, now);
  if (span === undefined || !span.from.isValid || !span.to.isValid) {
    return { reply: { error: 'day_not_understood', say: TOOL_SENTENCES.whichDay.en } };
  }
  if (span.to < now) {
    return {
      reply: {
        error: 'day_in_the_past',
        say: `${spokenDate(span.from)} is already past. Which day would you like?`,
      },
    };
  }
  const last = now.plus({ days: maxDaysAhead }).endOf('day');
  if (span.from > last) {
    const until = `${spokenDate(last)}${last.year === now.year ? '' : ` ${last.year}`}`;
    return { reply: { error: 'day_too_far', say: `We book until ${until}. Which day would you like?` } };
  }
  return { span };
}
