/**
 * What of `wanted` is otherwise in `there`, as paths with both values: "severity: WARNING → ERROR". What Google adds of its own (names, times,
 * defaults) is no difference. Numbers that Google writes as text are the same.
 */
export function differences(wanted: unknown, there: unknown, path = ''): string[] {
  if (Array.isArray(wanted)) {
    const found = Array.isArray(there) ? (there as unknown[]) : [];
    if (found.length !== wanted.length)
      return [`${path}: ${String(found.length)} → ${String(wanted.length)} entries`];
    return wanted.flatMap((entry, index) => differences(entry, found[index], `${path}[${String(index)}]`));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const found = (typeof there === 'object' && there !== null ? there : {}) as Record<string, unknown>;
    return Object.entries(wanted).flatMap(([key, value]) =>
      differences(value, found[key], path === '' ? key : `${path}.${key}`),
    );
  }
  // Google leaves out what has the type's own default: 0, "" and false.
  const same = shown(wanted) === shown(there) || (there === undefined && isDefault(wanted));
  return same ? [] : [`${path}: ${short(there)} → ${short(wanted)}`];
}

const isDefault = (value: unknown): boolean => value === 0 || value === '' || value === false;

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function short(value: unknown): string {
  const text = shown(value);
  if (text === '') return 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
