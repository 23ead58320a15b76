import { llm, voice } from '@livekit/agents';
import { describe, expect, test } from 'vitest';
import { makeCall, verify } from '../test/support/call-state.ts';
import { Receptionist, wordedByTool } from './receptionist.ts';

/** A conversation that ends with the given replies of tools. */
function conversation(...replies: unknown[]): llm.ChatContext {
  const context = llm.ChatContext.empty();
  context.addMessage({ role: 'user', content: 'A check-up on Tuesday.' });
  replies.forEach((reply, index) => {
    const callId = `tool-${index}`;
    context.insert([
      llm.FunctionCall.create({ callId, name: 'find_slots', args: '{}' }),
      llm.FunctionCallOutput.create({
        callId,
        name: 'find_slots',
        output: typeof reply === 'string' ? reply : JSON.stringify(reply),
        isError: false,
      }),
    ]);
  });
  return context;
}

describe('what a tool has worded is said word for word', () => {
  test('when the conversation ends with it', () => {
    expect(wordedByTool(conversation({ slots: [], say: 'On Tuesday I have 9.' }))).toBe(
      'On Tuesday I have 9.',
    );
  });

  test('in the order of the tools when there were several', () => {
    expect(wordedByTool(conversation({ say: 'One.' }, { say: 'Two.' }))).toBe('One. Two.');
  });

  test('and not again once somebody has spoken after it', () => {
    const context = conversation({ say: 'On Tuesday I have 9.' });
    context.addMessage({ role: 'assistant', content: 'On Tuesday I have 9.' });
    expect(wordedByTool(context)).toBeUndefined();
    context.addMessage({ role: 'user', content: 'The first one.' });
    expect(wordedByTool(context)).toBeUndefined();
  });

  test.each([
    ['no words of its own', { slots: [] }],
    ['empty words', { say: '' }],
    ['words that are none', { say: 7 }],
    ['an error text of the framework', 'An internal error occurred'],
    ['nothing', 'null'],
    ['a bare text', '"say"'],
  ])('but the model answers a reply with %s', (_, reply) => {
    expect(wordedByTool(conversation(reply))).toBeUndefined();
    expect(wordedByTool(conversation({ say: 'One.' }, reply))).toBeUndefined();
    expect(wordedByTool(conversation(reply, { say: 'One.' }))).toBeUndefined();
  });

  test('and a conversation without tools is the model’s', () => {
    expect(wordedByTool(conversation())).toBeUndefined();
    expect(wordedByTool(llm.ChatContext.empty())).toBeUndefined();
  });

  test('the words go to the caller without the model being asked', async () => {
    const receptionist = new Receptionist(makeCall().state);
    const context = conversation({ say: 'On Tuesday I have 9.' });
    const stream = await receptionist.llmNode(context, llm.ToolContext.empty(), {});
    const said: unknown[] = [];
    for await (const chunk of stream ?? []) said.push(chunk);
    expect(said).toEqual(['On Tuesday I have 9.']);
  });
});

test('the receptionist has exactly the tools it is told about', () => {
  const receptionist = new Receptionist(makeCall().state);
  const names = Object.keys(receptionist.toolCtx.functionTools);
  expect(names.sort()).toEqual([
    'adjust_speech',
    'confirm',
    'end_call',
    'find_slots',
    'identify_patient',
    'join_waiting_list',
    'leave_message',
    'list_appointments',
    'prepare_booking',
    'prepare_cancellation',
    'prepare_change',
    'register_patient',
    'request_keypad',
    'switch_language',
    'transfer',
  ]);
  for (const name of names) expect(receptionist.instructions).toContain(name);
});

test('the receptionist of a call that was taken over knows whom its short names mean', async () => {
  const call = makeCall();
  expect(new Receptionist(call.state).instructions).not.toContain('Known in this call');
  await verify(call);
  expect(new Receptionist(call.state).instructions).toContain('- p1: Sara Notreal, a verified patient');
});

describe('a turn that ends', () => {
  const turn = (text: string) => llm.ChatMessage.create({ role: 'user', content: text });

  test('is answered while the call is ours', async () => {
    const { state, asked } = makeCall();
    const agent = new Receptionist(state);
    await agent.onUserTurnCompleted(llm.ChatContext.empty(), turn('The first one.'));
    await state.ledger.written();
    expect(asked('record_turn')).toEqual([]);
  });

  test('is put on record and not answered once the call is being finished elsewhere', async () => {
    const { state, asked } = makeCall();
    const agent = new Receptionist(state);
    state.silenced = true;
    const answered = agent.onUserTurnCompleted(llm.ChatContext.empty(), turn('The first one.'));
    await expect(answered).rejects.toThrow(voice.StopResponse);
    await state.ledger.written();
    expect(asked('record_turn')).toMatchObject([{ p_turn: { caller_text: 'The first one.' } }]);
  });
});
