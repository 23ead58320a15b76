/** What a scripted caller knows and wants. */
export interface CallerScript {
  /** The first thing said after the greeting. */
  opening: string;
  name: string;
  /** Date of birth, as it is said. */
  born: string;
  /** The last thing said. */
  farewell: string;
}

/** The caller of the demo: plainly invented, and worded as the local voice and recogniser understand each other. */
export const DEMO_SCRIPT: CallerScript = {
  opening: 'Hello. I would like to book a check-up on Tuesday at ten in the morning.',
  name: 'David Brown',
  born: 'May the third, 1980',
  farewell: 'That is all, thank you. Goodbye.',
};

/**
 * What the caller answers to what the agent just said, as a person would who only listens: it knows no tool and no state of the agent.
 * Undefined once there is nothing left to say.
 */
export function answerTo(agentText: string, script: CallerScript): string | undefined {
  const text = agentText.toLowerCase();
  if (/goodbye/.test(text)) return undefined;
  if (/anything else|else i can/.test(text)) return script.farewell;
  if (/is that right|is that correct|shall i book/.test(text)) return 'Yes, that is right.';
  if (/date of birth/.test(text)) return `${script.name}, born on ${script.born}.`;
  if (/does that suit/.test(text)) return 'Yes, please.';
  if (/\bname\b/.test(text)) return `My name is ${script.name}.`;
  if (/which suits|which of those|which time|would any/.test(text)) return 'The first one, please.';
  if (/which (treatment|service)|what (kind|service)/.test(text)) return 'A check-up, please.';
  if (/which day|what day|when would/.test(text)) return 'On Tuesday, please.';
  return script.opening;
}
