/** How often a metric was counted in a window of `minutes`, which ended `agoMin` ago. */
export type Count = (metric: string, minutes: number, agoMin: number) => number;

/**
 * Whether a PromQL query fires, for what our alerts use of it: `sum(increase(metric{…}[5m] offset 3m))`, a share of two of them, comparisons
 * with a number by `>`, `unless`, `and`, `or` and brackets. Like a counter without lines, a count of 0 has no series. @throws Error for anything else.
 */
export function fires(query: string, count: Count): boolean {
  const tokens =
    query.match(/sum\(increase\([^)]*\)\)|\(|\)|\bunless\b|\band\b|\bor\b|>|\/|\d+(?:\.\d+)?|\S+/g) ?? [];
  let at = 0;
  const or = (): boolean => {
    let value = and();
    while (tokens[at] === 'or') {
      at++;
      value = and() || value;
    }
    return value;
  };
  const and = (): boolean => {
    let value = one();
    while (tokens[at] === 'unless' || tokens[at] === 'and') {
      const negative = tokens[at++] === 'unless';
      const other = one();
      value &&= negative ? !other : other;
    }
    return value;
  };
  const one = (): boolean => {
    if (tokens[at] !== '(') return comparison();
    at++;
    const value = or();
    if (tokens[at++] !== ')') throw new Error(`no closing bracket in ${query}`);
    return value;
  };
  const comparison = (): boolean => {
    let value = sum(tokens[at++] ?? '', count);
    if (tokens[at] === '/') {
      at++;
      value /= sum(tokens[at++] ?? '', count);
    }
    if (tokens[at++] !== '>') throw new Error(`no comparison at ${tokens.slice(at - 2).join(' ')}`);
    return value > Number(tokens[at++]);
  };
  const value = or();
  if (at !== tokens.length) throw new Error(`not understood: ${tokens.slice(at).join(' ')}`);
  return value;
}

const SUM = /^sum\(increase\((\w+:\w+)\{[^}]*\}\[(\d+)m\](?: offset (\d+)m)?\)\)$/;

function sum(text: string, count: Count): number {
  const [, metric, minutes, ago = '0'] = SUM.exec(text) ?? [];
  if (metric === undefined) throw new Error(`not understood: ${text}`);
  return count(metric, Number(minutes), Number(ago));
}
