import { describe, expect, test } from 'vitest';
import { makeCall } from '../../test/support/call-state.ts';
import { CHECK_UP, DR_A, DR_B, freeSlot, makeClinic } from '../../test/support/clinic.ts';
import { type SlotWish, findSlots, findSlotsTool } from './find-slots.ts';

const WEEKDAY = /\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b/;

/** Half hours from nine to five of both dentists on a day. */
const wholeDay = (date: string) =>
  Array.from({ length: 16 }, (_, half) => {
    const time = `${String(9 + Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`;
    return [freeSlot(`${date}T${time}`, DR_A), freeSlot(`${date}T${time}`, DR_B)];
  }).flat();

const TUESDAY = wholeDay('2026-11-24');
const ask = (wish: Partial<SlotWish>, free = TUESDAY) =>
  findSlots(makeCall([...free]).state, { service: 'check-up', ...wish });
const times = (reply: Record<string, unknown>) => (reply.slots as { time: string }[]).map(({ time }) => time);

describe('an offer', () => {
  test('names the weekday and at most three times, each once although two dentists are free', async () => {
    const reply = await ask({ day: 'tuesday' });
    expect(reply.say).toBe(
      'On Tuesday the 24th of November I have 9, half past 9 or 10 in the morning with Dr. Invented A. Which suits you?',
    );
    expect(times(reply)).toEqual(['09:00', '09:30', '10:00']);
    expect(reply.slots).toMatchObject([{ slot_id: 's1', date: '2026-11-24', weekday: 'Tuesday' }, {}, {}]);
  });

  test.each([
    [{ day: 'tomorrow', part_of_day: 'afternoon' }, ['12:00', '12:30', '13:00']],
    [{ day: 'tomorrow', time: '10:00' }, ['10:00']],
    [{ day: 'tomorrow', time: '09:30' }, ['09:30']],
    [{ day: 'tuesday at ten', time: '14:30', part_of_day: 'morning' }, ['14:30']],
    [{ day: 'next two weeks or any day' }, ['09:00', '09:30', '10:00']],
    [{}, ['09:00', '09:30', '10:00']],
  ] as [Partial<SlotWish>, string[]][])('for %j is %j', async (wish, expected) => {
    const reply = await ask(wish);
    expect(times(reply)).toEqual(expected);
    expect(reply.say).toMatch(WEEKDAY);
  });

  test('of a single time asks whether it suits', async () => {
    const reply = await ask({ day: 'tuesday', time: '10:00' });
    expect(reply.say).toBe(
      'I have Tuesday the 24th of November at 10 in the morning with Dr. Invented A. Does that suit you?',
    );
  });

  test('across noon says the part of the day with each time', async () => {
    const reply = await ask({ day: 'tuesday' }, [
      freeSlot('2026-11-24T11:30'),
      freeSlot('2026-11-24T12:00'),
      freeSlot('2026-11-24T13:00'),
    ]);
    expect(reply.say).toContain('half past 11 in the morning, 12 noon or 1 in the afternoon');
  });

  test('keeps to the dentist who was asked for', async () => {
    const reply = await ask({ day: 'tuesday', practitioner: DR_B.name });
    expect(reply.slots).toMatchObject([
      { practitioner: DR_B.name },
      { practitioner: DR_B.name },
      { practitioner: DR_B.name },
    ]);
  });

  test('is of one day only', async () => {
    const reply = await ask({}, [freeSlot('2026-11-24T16:30'), ...wholeDay('2026-11-25')]);
    expect(times(reply)).toEqual(['16:30']);
  });

  test('of the same time has the same name the next time', async () => {
    const call = makeCall([...TUESDAY]);
    const first = await findSlots(call.state, { service: 'check-up', day: 'tuesday' });
    const second = await findSlots(call.state, { service: 'check-up', day: 'tomorrow' });
    expect(second.slots).toEqual(first.slots);
    expect(call.state.offered.size).toBe(3);
  });
});

describe('when the time that was asked for is not free', () => {
  test('the nearest ones of that day are offered, in their order, and it is said', async () => {
    const free = TUESDAY.filter((slot) => !/T05:/.test(slot.starts_at)); // without 10:00 and 10:30
    const reply = await ask({ day: 'tuesday', time: '10:00' }, free);
    expect(times(reply)).toEqual(['09:00', '09:30', '11:00']);
    expect(reply.say).toMatch(/^That time isn't free, I'm afraid\. On Tuesday the 24th of November I have 9/);
  });

  test('nor anything in that part of the day, the nearest is offered', async () => {
    const reply = await ask({ day: 'tuesday', part_of_day: 'evening' }, TUESDAY.slice(0, -2));
    expect(times(reply)).toEqual(['15:00', '15:30', '16:00']);
    expect(reply.say).toMatch(/^That time isn't free/);
  });

  test('on a full day, the next free day is offered', async () => {
    const reply = await ask({ day: 'tuesday' }, wholeDay('2026-11-25'));
    expect(reply.say).toMatch(
      /^We have nothing free on Tuesday the 24th of November\. On Wednesday the 25th of November I have/,
    );
  });

  test.each([
    ['thursday', 'We are closed on Thursday the 26th of November. '],
    ['sunday', 'We are closed on Sunday the 29th of November. '],
  ])('on %s the clinic is closed, which is said', async (day, said) => {
    const reply = await ask({ day }, wholeDay('2026-11-30'));
    expect(reply.say?.startsWith(`${said}On Monday the 30th of November I have`)).toBe(true);
  });

  test('on a closed day with hours of its own the clinic is not called closed', async () => {
    const special = {
      from: '2026-11-24',
      to: '2026-11-24',
      reason: 'Half day',
      opens: '09:00',
      closes: '12:00',
    };
    const call = makeCall([], { clinic: makeClinic({ closures: [special] }) });
    const reply = await findSlots(call.state, { service: 'check-up', day: 'tuesday' });
    expect(reply.say).toMatch(/^We have nothing free on Tuesday/);
  });

  test.each([
    [{ day: 'this week' }, 'We have nothing free in that time.'],
    [{}, 'We have nothing free in the next two weeks.'],
  ])('in the days that were asked for (%j), no single day is blamed', async (wish, said) => {
    const reply = await ask(wish, wholeDay('2026-12-07'));
    expect(reply.say?.startsWith(`${said} On Monday the 7th of December I have`)).toBe(true);
  });

  test('and nothing is free for weeks, nothing is offered', async () => {
    const call = makeCall([]);
    const reply = await findSlots(call.state, { service: 'check-up', day: 'tuesday' });
    expect(reply).toEqual({
      slots: [],
      say: 'We have nothing free on Tuesday the 24th of November, nor in the two weeks after. Shall I look at a later day, or put you on the waiting list?',
    });
    expect(call.state.offered.size).toBe(0);
    const closed = await findSlots(call.state, { service: 'check-up', day: 'sunday' });
    expect(closed.say).toMatch(
      /^We are closed on Sunday .*, and have nothing free in the two weeks after\. Shall/,
    );
  });
});

describe('what cannot be looked up is asked again, without asking the database', () => {
  test.each([
    [{ day: 'when the moon is full' }, 'day_not_understood', 'Sorry, which day would you like?'],
    [
      { day: '2026-11-20' },
      'day_in_the_past',
      'Friday the 20th of November is already past. Which day would you like?',
    ],
    [
      { day: '2027-03-01' },
      'day_too_far',
      'We book until Friday the 22nd of January 2027. Which day would you like?',
    ],
    [{ service: 'transplant' }, 'unknown_service', 'Sorry, which treatment would you like?'],
    [{ service: 'constructor' }, 'unknown_service', 'Sorry, which treatment would you like?'],
  ])('%j', async (wish, error, say) => {
    const call = makeCall([...TUESDAY]);
    expect(await findSlots(call.state, { service: 'check-up', ...wish })).toEqual({ error, say });
    expect(call.asked('find_free_slots')).toEqual([]);
  });
});

test('an empty day is none, and many searches keep the newest offers', async () => {
  const call = makeCall(
    Array.from({ length: 40 }, (_, day) =>
      wholeDay(`2026-${day < 8 ? '11' : '12'}-${String(day < 8 ? 23 + day : day - 7).padStart(2, '0')}`),
    ).flat(),
  );
  expect(times(await findSlots(call.state, { service: 'check-up', day: ' ' }))).toHaveLength(3);
  for (let day = 1; day <= 28; day += 1) {
    await findSlots(call.state, { service: 'cleaning', day: `${day} December` });
  }
  expect(call.state.offered.size).toBe(60);
  expect([...call.state.offered.keys()].at(-1)).toBe('s87');
});

test('the database is asked for whole days of the clinic’s zone', async () => {
  const call = makeCall([...TUESDAY]);
  await findSlots(call.state, { service: 'check-up', day: 'tuesday', practitioner: DR_B.name });
  expect(call.asked('find_free_slots')).toEqual([
    {
      p_clinic_id: call.state.clinic.id,
      p_service_id: CHECK_UP.id,
      p_from: '2026-11-23T19:00:00.000Z',
      p_to: '2026-11-24T18:59:59.999Z',
      p_practitioner_id: DR_B.id,
      p_limit: 100,
      p_call_id: call.state.callId,
    },
  ]);
});

test('the model is given the clinic’s services and dentists, and no others', () => {
  const { parameters } = findSlotsTool(makeCall().state);
  const fits = (wish: unknown) =>
    (parameters as { safeParse: (input: unknown) => { success: boolean } }).safeParse(wish).success;
  expect(fits({ service: 'check-up', day: 'tuesday', time: '10:00', practitioner: DR_A.name })).toBe(true);
  expect(fits({ service: 'transplant' })).toBe(false);
  expect(fits({ service: 'check-up', practitioner: 'Dr. Elsewhere' })).toBe(false);
  expect(fits({ service: 'check-up', time: '25:00' })).toBe(false);
  expect(fits({ service: 'check-up', day: 'x'.repeat(81) })).toBe(false);
});
