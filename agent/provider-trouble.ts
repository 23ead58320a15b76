import type { ProviderEvents } from '../src/providers/provider-events.ts';

/** Who acts when every provider of a kind has failed. */
export interface TroubleListener {
  silenced: () => void;
  deaf: () => void;
  lost: () => void;
}

/** Carries the providers' last word to the conversation, which begins after they do. */
export class ProviderTrouble {
  #listener: TroubleListener | undefined;

  /** For the providers. */
  readonly events: ProviderEvents = {
    onSilenced: () => this.#listener?.silenced(),
    onDeaf: () => this.#listener?.deaf(),
    onLost: () => this.#listener?.lost(),
  };

  /** For the conversation. */
  listen(listener: TroubleListener): void {
    this.#listener = listener;
  }
}
