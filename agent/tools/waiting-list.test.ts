import { describe, expect, test } from 'vitest';
import { makeCall, verify } from '../../test/support/call-state.ts';
import { CHECK_UP, DR_B } from '../../test/support/clinic.ts';
import { joinWaitingList } from './waiting-list.ts';

describe('a place on the waiting list', () => {
  test('is noted before it is said, for the days and the part of the day that were asked for', async () => {
    const call = makeCall();
    await verify(call);
    const reply = await joinWaitingList(call.state, {
      service: 'check-up',
      day: 'tomorrow',
      part_of_day: 'morning',
      practitioner: DR_B.name,
    });
    expect(reply).toEqual({
      waiting: true,
      say: 'Sara Notreal is on the waiting list now, for a check-up with Dr. Invented B on Tuesday the 24th of November in the morning. You will hear from us when a time becomes free. Is there anything else I can do for you?',
    });
    expect(call.asked('join_waiting_list')).toMatchObject([
      {
        p_patient_id: 'patient-sara',
        p_service_id: CHECK_UP.id,
        p_practitioner_id: DR_B.id,
        p_from: '2026-11-24',
        p_to: '2026-11-24',
        p_part_of_day: 'morning',
      },
    ]);
  });

  test.each([
    [{}, 'for a check-up on any day. You'],
    [{ part_of_day: 'any', day: '' }, 'for a check-up on any day. You'],
    [{ part_of_day: 'evening' }, 'for a check-up on any day in the evening. You'],
    [{ day: 'next week' }, 'from Monday the 30th of November to Sunday the 6th of December. You'],
  ] as const)('is said in full for %j', async (details, said) => {
    const call = makeCall();
    await verify(call);
    expect((await joinWaitingList(call.state, { service: 'check-up', ...details })).say).toContain(said);
  });

  test('is the same request however often it is made', async () => {
    const call = makeCall();
    await verify(call);
    for (const day of ['tomorrow', 'tuesday', 'friday'])
      await joinWaitingList(call.state, { service: 'check-up', day });
    const ids = call.asked('join_waiting_list').map((args) => String(args.p_request_id));
    expect(new Set(ids).size).toBe(2);
    // Three of its ids are uuids in earnest.
    for (const id of ids) expect(id.length + 3 * 36).toBeLessThan(200);
  });

  test.each([
    [{ service: 'transplant' }, 'unknown_service'],
    [{ day: 'when the moon is full' }, 'day_not_understood'],
    [{ day: '2026-11-20' }, 'day_in_the_past'],
    [{ day: '2036-11-20' }, 'day_too_far'],
    [{ patient: 'p2' }, 'patient_not_verified'],
  ])('is not given for %j', async (wrong, error) => {
    const call = makeCall();
    await verify(call);
    expect(await joinWaitingList(call.state, { service: 'check-up', ...wrong })).toMatchObject({ error });
    expect(call.asked('join_waiting_list')).toEqual([]);
  });
});
