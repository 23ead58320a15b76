import { DateTime } from 'luxon';
import { findDay, resolveDay } from './dates.ts';
import type { JsonObject } from './schema.ts';
import { tokens } from './words.ts';

/** Free times that have been offered, under the names they were given; there is never one for a root canal. */
export class SampleSlots {
  readonly known = new Map<string, { service: string; date: string; time: string }>();

  /** The reply of find_slots. */
  find(service: string, day: string, part: string, time: string): JsonObject {
    if (service === 'root-canal')
      return {
        slots: [],
        say: 'We have nothing free, nor in the two weeks after. Shall I look at a later day, or put you on the waiting list?',
      };
    const today = new Date('2026-11-24T00:00:00Z');
    const spec = findDay(tokens(day))?.spec ?? { kind: 'offset', days: 1 };
    const date = resolveDay(spec, today).toISOString().slice(0, 10);
    const weekday = DateTime.fromISO(date).toFormat('cccc');
    const all =
      part === 'afternoon'
        ? ['14:00', '15:00']
        : part === 'evening'
          ? ['17:30']
          : ['09:00', '10:00', '14:00'];
    const slots = (time === '' ? all : [time]).map((clock) => {
      const known = [...this.known].find(
        ([, slot]) => slot.service === service && slot.date === date && slot.time === clock,
      )?.[0];
      const slot_id = known ?? `s${this.known.size + 1}`;
      this.known.set(slot_id, { service, date, time: clock });
      return {
        slot_id,
        date,
        weekday,
        time: clock,
        practitioner: 'Dr. Nora Sample',
        spoken: `${clock} with Dr. Nora Sample`,
      };
    });
    const times = slots.map((slot) => slot.time).join(', ');
    return slots.length === 1
      ? { service, slots, say: `I have ${weekday} at ${times} with Dr. Nora Sample. Does that suit you?` }
      : { service, slots, say: `On ${weekday} I have ${times} with Dr. Nora Sample. Which suits you?` };
  }
}
