import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import { DESK_TOOLS } from './sample-tools.ts';
import { fits, isObject, readTools } from './schema.ts';
import { BOOKED, MESSAGE_TOOL, READ_BACK, SLOTS, TOOLS, text, tool } from './sample-conversation.ts';

describe('whatever it is sent', () => {
  const words = fc.constantFrom(
    'yes',
    'no',
    'check',
    'up',
    'the',
    'first',
    'tuesday',
    'ten',
    'my',
    'name',
    'is',
    'cancel',
    'bye',
    'message',
    'at',
    '10:30',
    'khan',
    '?',
    '…',
    '\u0000',
    'later',
    'born 3 May 1990',
    'my son',
    'move it',
    'when is my appointment',
  );
  const said = fc.oneof(
    fc.array(words, { maxLength: 12 }).map((list) => list.join(' ')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  const content = fc.oneof(
    said,
    fc.json(),
    fc.constant(null),
    fc.constantFrom(JSON.stringify(SLOTS), JSON.stringify(READ_BACK), JSON.stringify(BOOKED)),
  );
  const toolCalls = fc.option(
    fc.array(
      fc.record({
        id: fc.constantFrom('a', 'b'),
        function: fc.record({
          name: fc.constantFrom(
            'find_slots',
            'prepare_booking',
            'confirm_booking',
            'identify_patient',
            'confirm',
            'x',
          ),
          arguments: fc.oneof(fc.json(), said),
        }),
      }),
      { maxLength: 2 },
    ),
  );
  const message = fc.record({
    role: fc.constantFrom('user', 'user', 'assistant', 'tool', 'system', 'odd'),
    content,
    tool_calls: toolCalls,
    tool_call_id: fc.constantFrom('a', 'b', null),
  });
  const property = fc.oneof(
    fc.constant(text),
    fc.record(
      {
        type: fc.constantFrom('string', 'integer', 'boolean', 'array', 'object', 'null'),
        enum: fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
    fc.constant({ anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }] }),
  );
  const keys = fc.constantFrom(
    'service',
    'day',
    'time',
    'slot_id',
    'name',
    'phone',
    'message',
    'urgent',
    'count',
  );
  const randomTool = fc
    .record({
      name: fc.constantFrom('find', 'book_it', 'take_message', 'confirm', 'cancel_visit', 'end_call', 'zzz'),
      properties: fc.dictionary(keys, property, { maxKeys: 4 }),
    })
    .map(({ name, properties }) => tool(name, '', properties, Object.keys(properties).slice(0, 3)));
  const tools = fc.oneof(
    fc.constant([...TOOLS, MESSAGE_TOOL]),
    fc.constant(DESK_TOOLS),
    fc.array(fc.oneof(randomTool, fc.jsonValue()), { maxLength: 4 }),
  );
  const choice = fc.constantFrom('auto', 'none', 'required', undefined, {
    type: 'function',
    function: { name: 'find' },
  });

  test('it never throws, and calls only offered tools with arguments that fit', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 9 }),
        tools,
        choice,
        said,
        (messages, offeredTools, tool_choice, system) => {
          const decision = decide({
            model: 'm',
            messages: [{ role: 'system', content: system }, ...messages],
            tools: [...offeredTools],
            tool_choice,
            response_format: undefined,
          });
          if (decision.kind === 'say') {
            expect(typeof decision.text).toBe('string');
            return;
          }
          const named = readTools(offeredTools).filter((one) => one.name === decision.name);
          expect(named).not.toEqual([]);
          expect(tool_choice).not.toBe('none');
          expect(isObject(decision.args)).toBe(true);
          const params = named[0]?.params ?? [];
          for (const param of params.filter((one) => one.required))
            expect(Object.keys(decision.args)).toContain(param.name);
          for (const [key, value] of Object.entries(decision.args)) {
            const param = params.find((one) => one.name === key);
            expect(param && (fits(param, value) || tool_choice !== 'auto')).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
