// Style sheets that come later: each is asked for once, and again only when it did not come.

const asked = new Map<string, Promise<void>>();

export function loadSheet(path: string): Promise<void> {
  const before = asked.get(path);
  if (before) return before;
  const coming = new Promise<void>((done, failed) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = path;
    link.onload = () => done();
    link.onerror = () => {
      link.remove();
      asked.delete(path);
      failed(new Error(`${path} did not come`));
    };
    document.head.append(link);
  });
  asked.set(path, coming);
  return coming;
}
