/** Reads the tools of a request: what each is for and what each parameter means, from names, descriptions and enums. */

/** A JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** What a parameter stands for in a conversation. */
export type ParamKind =
  | 'service'
  | 'day'
  | 'part'
  | 'time'
  | 'practitioner'
  | 'option'
  | 'appointment'
  | 'patient'
  | 'name'
  | 'birth'
  | 'phone'
  | 'text'
  | 'other';

/** One parameter of a tool. */
export interface Param {
  name: string;
  kind: ParamKind;
  required: boolean;
  nullable: boolean;
  type: string;
  description: string;
  /** The closed list of strings, if there is one. */
  choices: string[] | undefined;
  schema: JsonObject;
}

/** What a tool is for. */
export type ToolRole =
  | 'find'
  | 'lookup'
  | 'hold'
  | 'confirm'
  | 'end'
  | 'message'
  | 'transfer'
  | 'cancel'
  | 'move'
  | 'identify'
  | 'register'
  | 'waiting'
  | 'keypad'
  | 'speech'
  | 'language'
  | 'other';

/** One offered tool. */
export interface Tool {
  name: string;
  description: string;
  role: ToolRole;
  params: Param[];
}

const KINDS: readonly (readonly [RegExp, ParamKind])[] = [
  [/birth|(^|_)dob($|_)/, 'birth'],
  [/^patient(_?(id|ref))?$/, 'patient'],
  [/practitioner|doctor|dentist|provider|clinician|physician/, 'practitioner'],
  [/service|treatment|procedure|appointment_?type|visit_?type/, 'service'],
  [/^appointment(_?(id|ref))?$/, 'appointment'],
  [/slot|option|(^|_)id$|Id$/, 'option'],
  [/part|period|time_?of_?day/, 'part'],
  [/(^|_)(day|date|when)($|_)/, 'day'],
  [/(^|_)(time|hour)/, 'time'],
  [/phone|telephone|(^|_)tel($|_)|number/, 'phone'],
  [/message|note|text|body|content|reason|summary|details|question|topic|concern/, 'text'],
  [/name|patient|caller/, 'name'],
];

const ROLES: readonly (readonly [RegExp, ToolRole])[] = [
  [/identify|verify|authenticate/, 'identify'],
  [/register|enrol|new_?patient/, 'register'],
  [/wait(ing)?_?list/, 'waiting'],
  [/keypad|dtmf/, 'keypad'],
  [/speech|speed/, 'speech'],
  [/language/, 'language'],
  [/end_?call|hang_?up|goodbye|finish_call/, 'end'],
  [/confirm/, 'confirm'],
  [/message|call_?back/, 'message'],
  [/transfer|human|connect|hand_?over|escalate/, 'transfer'],
  [/cancel/, 'cancel'],
  [/resched|move|change/, 'move'],
];

/** The offered function tools; anything malformed is left out. */
export function readTools(offered: unknown): Tool[] {
  if (!Array.isArray(offered)) return [];
  const byName = new Map<string, Tool>();
  for (const entry of offered as unknown[]) {
    const tool = isObject(entry) && isObject(entry.function) ? readTool(entry.function) : undefined;
    if (tool && !byName.has(tool.name)) byName.set(tool.name, tool);
  }
  return [...byName.values()];
}

function readTool(made: JsonObject): Tool | undefined {
  if (typeof made.name !== 'string' || made.name === '') return undefined;
  const description = typeof made.description === 'string' ? made.description : '';
  const schema = isObject(made.parameters) ? made.parameters : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isObject(schema.properties) ? schema.properties : {};
  const params = Object.entries(properties).map(([name, property]) =>
    readParam(name, isObject(property) ? property : {}, required.includes(name)),
  );
  return { name: made.name, description, params, role: roleOf(made.name, description, params) };
}

function roleOf(name: string, description: string, params: readonly Param[]): ToolRole {
  const key = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  const named = ROLES.find(([pattern]) => pattern.test(key));
  if (named) return named[1];
  const has = (kind: ParamKind): boolean => params.some((param) => param.kind === kind);
  const searches = /find|search|list|check|avail|free|look|get|query/.test(key);
  if (
    searches ||
    (!has('option') && !has('name') && /\b(find|search|list|look up|availab)/i.test(description))
  )
    return has('service') || has('day') || has('time') ? 'find' : 'lookup';
  if (/prepare|hold|reserve|book|schedule|appoint/.test(key) && params.length > 0) return 'hold';
  if (has('option') && has('name')) return 'hold';
  const told = ROLES.find(([pattern]) =>
    pattern.test(description.toLowerCase().replace(/ /g, '_').slice(0, 80)),
  );
  return told?.[1] ?? 'other';
}

function readParam(name: string, property: JsonObject, required: boolean): Param {
  const forms = [property, ...list(property.anyOf), ...list(property.oneOf)].filter(isObject);
  const types = forms.flatMap((form) => (Array.isArray(form.type) ? form.type : [form.type ?? '']));
  const values = forms.flatMap((form) => (form.const === undefined ? list(form.enum) : [form.const]));
  const choices = values.filter((value): value is string => typeof value === 'string');
  const type = types.find((one) => typeof one === 'string' && one !== 'null' && one !== '');
  const key = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return {
    name,
    kind: KINDS.find(([pattern]) => pattern.test(key))?.[1] ?? 'other',
    required,
    nullable: types.includes('null') || values.includes(null),
    type: typeof type === 'string' ? type : choices.length > 0 ? 'string' : 'any',
    description: typeof property.description === 'string' ? property.description : '',
    choices: choices.length > 0 ? choices : undefined,
    schema: property,
  };
}

/** True when a value may stand for the parameter: its type, and its closed list. */
export function fits(param: Param, value: Json | undefined): value is Json {
  if (value === undefined) return false;
  if (value === null) return param.nullable;
  const values = list(param.schema.enum);
  if (values.length > 0 && !values.includes(value)) return false;
  if (param.choices && typeof value === 'string' && !param.choices.includes(value)) return false;
  switch (param.type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    default:
      return true;
  }
}

/** A value that fits a schema, for when a call is forced before its details are known. */
export function placeholder(schema: JsonObject, text: string): Json {
  if (schema.const !== undefined) return schema.const;
  const first = list(schema.enum)[0];
  if (first !== undefined) return first;
  const form = [...list(schema.anyOf), ...list(schema.oneOf)].find(isObject);
  if (form) return placeholder(form, text);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'integer' || type === 'number') return typeof schema.minimum === 'number' ? schema.minimum : 0;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  if (type === 'null') return null;
  if (type !== 'object') return text;
  const properties = isObject(schema.properties) ? schema.properties : {};
  return Object.fromEntries(
    list(schema.required)
      .filter((key): key is string => typeof key === 'string')
      .map((key) => {
        const property = properties[key];
        return [key, placeholder(isObject(property) ? property : {}, text)];
      }),
  );
}

/** True for a JSON object, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
