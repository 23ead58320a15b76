/**
 * What an image may add to its base, in millions of bytes of files. A start pulls what the host does not have: the worker's native parts for
 * media and for its models are 65 MB of it, and a gateway that somebody waits for should be next to nothing. A test holds both.
 */
export const IMAGE_BUDGET_MB = { worker: 400, gateway: 60 } as const;
