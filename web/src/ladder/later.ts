// Where the ladder finds its crowd's code once it has come (ladder/crowd).

type Crowd = typeof import('./crowd');
let held: Crowd | null = null;
let asked = false;

export const crowd = (): Crowd | null => held;
export function setCrowd(own: Crowd): void {
  held = own;
}
export function needCrowd(ready: () => void): void {
  if (asked) return;
  asked = true;
  import('./crowd').then((own) => {
    setCrowd(own);
    ready();
  }, () => {
    asked = false; // the next picture tries again
  });
}
