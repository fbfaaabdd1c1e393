// What comes with the engine's calls and is used by views that are there before: registered by
// act/start, null until then.

import type { downLinks, settle } from '../model/network';

export const extras: { downLinks: typeof downLinks | null; settle: typeof settle | null } = { downLinks: null, settle: null };
