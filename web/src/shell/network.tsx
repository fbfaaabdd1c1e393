// Topology and states: the second chunk, fetched as soon as the first picture stands.

export { States } from '../views/states';
export { Topology } from '../views/topology';
