// What the ladder needs for a crowd, and for two timelines beside each other: counts, bands, and
// what differs. Comes at the first wish for one; until then there is nothing of it to see.

export { drawBins, layBins, sumBins } from './bins';
export { findDifferences } from './compare';
export { Sides } from './sides';
export { Pyramid } from '../model/pyramid';
