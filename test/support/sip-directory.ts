import type { DispatchRule, InboundTrunk, RuleContent, SipDirectory } from '../../src/commands/sip-plan.ts';

/** LiveKit's SIP service in memory. */
export class FakeSip implements SipDirectory {
  readonly trunkList: InboundTrunk[];
  readonly ruleList: DispatchRule[];

  constructor(trunks: readonly InboundTrunk[] = [], rules: readonly DispatchRule[] = []) {
    this.trunkList = [...trunks];
    this.ruleList = [...rules];
  }

  async trunks(): Promise<InboundTrunk[]> {
    return [...this.trunkList];
  }

  async rules(): Promise<DispatchRule[]> {
    return [...this.ruleList];
  }

  async createTrunk(name: string, numbers: readonly string[]): Promise<string> {
    const id = `ST_${this.trunkList.length + 1}`;
    this.trunkList.push({ id, name, numbers: [...numbers] });
    return id;
  }

  async addNumbers(trunkId: string, numbers: readonly string[]): Promise<void> {
    this.#replace(this.trunkList, trunkId, (old) => ({ ...old, numbers: [...old.numbers, ...numbers] }));
  }

  async createRule(name: string, trunkIds: readonly string[], content: RuleContent): Promise<void> {
    const id = `SDR_${this.ruleList.length + 1}`;
    this.ruleList.push({ id, name, trunkIds: [...trunkIds], pin: '', numbers: [], ...content });
  }

  async changeRule(ruleId: string, trunkIds: readonly string[], content: RuleContent): Promise<void> {
    this.#replace(this.ruleList, ruleId, (old) => ({
      ...old,
      ...content,
      pin: '',
      numbers: [],
      trunkIds: old.trunkIds.length === 0 ? [] : [...new Set([...old.trunkIds, ...trunkIds])],
    }));
  }

  #replace<Item extends { id: string }>(list: Item[], id: string, change: (old: Item) => Item): void {
    const index = list.findIndex((item) => item.id === id);
    const old = list[index];
    if (old === undefined) throw new Error(`there is no ${id}`);
    list[index] = change(old);
  }
}
